#include "desk/model/access.hpp"

#include <algorithm>

namespace desk {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) { return std::ranges::find(list, item) != list.end(); }

bool in_team(const Actor& actor, const std::optional<std::string>& team) { return team && contains(actor.teams, *team); }

bool agent_can_access(const Actor& actor, const TicketAccess& ticket) {
    const bool own = ticket.assignee == actor.user;
    switch (ticket.rules.visibility) {
        case AgentScope::Org: return true;
        case AgentScope::Team: return own || in_team(actor, ticket.team) || (!ticket.assignee && !ticket.team);
        case AgentScope::Assigned: return own || contains(ticket.participants, actor.user);
    }
    return false;
}

}  // namespace

TicketAccess access_of(const Ticket& ticket, const AccessRules& rules) {
    return {ticket.requester.id, ticket.assignee ? std::optional(ticket.assignee->id) : std::nullopt,
            ticket.team,         ticket.participants,
            ticket.company,      rules};
}

bool can_access(const Actor& actor, const TicketAccess& ticket) {
    switch (actor.role) {
        case Role::Admin:
        case Role::System:
        case Role::Bot: return true;
        case Role::Agent: return agent_can_access(actor, ticket);
        case Role::Customer: break;
    }
    if (ticket.requester == actor.user || contains(ticket.participants, actor.user)) return true;
    return ticket.rules.share_company_tickets && actor.company && ticket.company == actor.company;
}

ConversationAccess access_of(const Conversation& conversation, const AccessRules& rules) {
    ConversationAccess access{
        conversation.customer.id, {}, conversation.team, conversation.status == ConversationStatus::Waiting, rules.visibility};
    for (const UserRef& agent : conversation.agents) access.agents.push_back(agent.id);
    return access;
}

bool can_access(const Actor& actor, const ConversationAccess& conversation) {
    switch (actor.role) {
        case Role::Admin:
        case Role::System:
        case Role::Bot: return true;
        case Role::Customer: return conversation.customer == actor.user;
        case Role::Agent: break;
    }
    if (contains(conversation.agents, actor.user) || (conversation.waiting && !conversation.team)) return true;
    switch (conversation.visibility) {
        case AgentScope::Org: return true;
        case AgentScope::Team: return in_team(actor, conversation.team);
        case AgentScope::Assigned: return false;
    }
    return false;
}

}  // namespace desk
