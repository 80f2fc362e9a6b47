#include "desk/tickets/changes.hpp"

#include "desk/model/text.hpp"
#include "desk/tickets/checks.hpp"
#include "desk/tickets/commands.hpp"
#include "desk/tickets/events.hpp"

namespace desk::tickets {
namespace {

using store::Transaction;

template <class T>
void set(T& field, const std::optional<T>& wanted) {
    if (wanted) field = *wanted;
}

Result<void> set_people(Transaction& tx, Ticket& ticket, const ChangeTicket& command) {
    if (command.assignee) {
        // Whoever has it keeps it, though they be gone from the staff by now.
        const bool same = ticket.assignee && *command.assignee == ticket.assignee->id;
        if (!same) {
            auto assignee = checked_assignee(tx, *command.assignee);
            if (!assignee) return fail(std::move(assignee.error()));
            ticket.assignee = std::move(*assignee);
        }
    }
    if (command.team) {
        if (*command.team && !tx.teams().find(**command.team)) return invalid("teamId", "UNKNOWN_TEAM");
        ticket.team = *command.team;
    }
    if (command.requester) {
        auto user = tx.users().find(*command.requester);
        if (!user) return invalid("requesterId", "UNKNOWN_USER");
        ticket.requester = std::move(user->ref);
        ticket.company = std::move(user->company);
    }
    if (command.participants) {
        auto participants = checked_participants(tx, *command.participants);
        if (!participants) return fail(std::move(participants.error()));
        ticket.participants = std::move(*participants);
    }
    return {};
}

Result<void> set_fields(Transaction& tx, Ticket& ticket, const ChangeTicket& command) {
    if (command.subject) {
        auto subject = required_text("subject", *command.subject, kMaxSubject);
        if (!subject) return fail(std::move(subject.error()));
        ticket.subject = std::move(*subject);
    }
    if (command.tags) {
        auto tags = checked_tags(*command.tags);
        if (!tags) return fail(std::move(tags.error()));
        ticket.tags = std::move(*tags);
    }
    set(ticket.priority, command.priority);
    set(ticket.custom_fields_json, command.custom_fields_json);
    if (command.status) ticket.set_status(*command.status, tx.now_us());
    return set_people(tx, ticket, command);
}

std::optional<std::string_view> assignee_id(const Ticket& ticket) {
    return ticket.assignee ? std::optional<std::string_view>(ticket.assignee->id) : std::nullopt;
}

}  // namespace

Result<ChangeOutcome> run(Transaction& tx, const Actor& actor, const ChangeTicket& command) {
    auto before = accessible_ticket(tx, actor, command.ticket);
    if (!before) return fail(std::move(before.error()));
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    if (command.if_version && *command.if_version != before->version) {
        return fail(Error{ErrorCode::Conflict, {}, {}}.with("version", before->version).because("VERSION"));
    }
    Ticket after = *before;
    if (auto set = set_fields(tx, after, command); !set) return fail(std::move(set.error()));
    if (after == *before) return ChangeOutcome{std::move(*before), false};

    const UserRef author = tx.ensure(actor);
    const AccessRules rules = tx.orgs().rules();
    after.updated_at_us = tx.now_us();
    ++after.version;
    tx.tickets().update(after);
    if (auto row = ticket_updated(*before, after, rules, author)) tx.append(std::move(*row));
    if (assignee_id(*before) != assignee_id(after)) tx.append(ticket_assigned(*before, after, rules, author));
    if (before->status != after.status) tx.append(ticket_status(*before, after, rules, author));
    tx.raise(TicketChanged{*before, after, actor});
    return ChangeOutcome{std::move(after), true};
}

}  // namespace desk::tickets
