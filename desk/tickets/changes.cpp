#include "desk/tickets/changes.hpp"

#include "desk/model/text.hpp"
#include "desk/tickets/checks.hpp"
#include "desk/tickets/commands.hpp"
#include "desk/tickets/events.hpp"

namespace desk::tickets {
namespace {

using store::Transaction;

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

}  // namespace

Result<ChangeOutcome> run(Transaction& tx, const Actor& actor, const ChangeTicket& command) {
    auto before = accessible_ticket(tx, actor, command.ticket);
    if (!before) return fail(std::move(before.error()));
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    if (auto matches = must_match(command.if_version, before->version); !matches) return fail(std::move(matches.error()));
    Ticket after = *before;
    if (auto set = set_details(after, command, tx.now_us()); !set) return fail(std::move(set.error()));
    if (auto set = set_people(tx, after, command); !set) return fail(std::move(set.error()));
    if (after == *before) return ChangeOutcome{std::move(*before), false};

    const UserRef author = tx.ensure(actor);
    const AccessRules rules = tx.orgs().rules();
    after.updated_at_us = tx.now_us();
    ++after.version;
    tx.complete(&*before, after);
    tx.tickets().update(after);
    for (EventRow& row : ticket_changes(*before, after, rules, author)) tx.append(std::move(row));
    tx.raise(TicketChanged{*before, after, actor});
    return ChangeOutcome{std::move(after), true};
}

}  // namespace desk::tickets
