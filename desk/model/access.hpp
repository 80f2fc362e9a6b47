#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "desk/model/conversation.hpp"
#include "desk/model/people.hpp"
#include "desk/model/ticket.hpp"

/// Who may see what (domain.md 3.2 and 3.6): pure functions.  Thread: any.
namespace desk {

/// The facts of an org that access rules look at.
struct AccessRules {
    AgentScope visibility = AgentScope::Org;
    bool share_company_tickets = false;
    bool operator==(const AccessRules&) const = default;
};
inline AccessRules rules_of(const Org& org) { return {org.visibility, org.share_company_tickets}; }

/// The facts of a ticket that access rules look at; kept in the log beside each change of them.
struct TicketAccess {
    std::string requester;
    std::optional<std::string> assignee;
    std::optional<std::string> team;
    std::vector<std::string> participants;
    std::optional<std::string> company;
    AccessRules rules;
    bool operator==(const TicketAccess&) const = default;
};
TicketAccess access_of(const Ticket& ticket, const AccessRules& rules);

/// Pre: `actor` is of the ticket's org and active (other orgs never find the ticket; the inactive never become actors).
bool can_access(const Actor& actor, const TicketAccess& ticket);
inline bool can_access(const Actor& actor, const Ticket& ticket, const AccessRules& rules) {
    return can_access(actor, access_of(ticket, rules));
}

struct ConversationAccess {
    std::string customer;
    std::vector<std::string> agents;
    std::optional<std::string> team;
    bool waiting = false;
    AgentScope visibility = AgentScope::Org;
    bool operator==(const ConversationAccess&) const = default;
};
ConversationAccess access_of(const Conversation& conversation, const AccessRules& rules);

/// Pre: as above. Its customer; admins; agents by the org's visibility, and all agents while it waits without a team.
bool can_access(const Actor& actor, const ConversationAccess& conversation);
inline bool can_access(const Actor& actor, const Conversation& conversation, const AccessRules& rules) {
    return can_access(actor, access_of(conversation, rules));
}

/// Of whatever a row of the log is about.
using SubjectAccess = std::variant<TicketAccess, ConversationAccess>;
inline bool can_access(const Actor& actor, const SubjectAccess& subject) {
    return std::visit([&actor](const auto& access) { return can_access(actor, access); }, subject);
}

}  // namespace desk
