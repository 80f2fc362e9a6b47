#include "desk/tickets/publish.hpp"

#include <algorithm>

#include "desk/model/text.hpp"
#include "desk/tickets/checks.hpp"
#include "desk/tickets/events.hpp"

namespace desk::tickets {
namespace {

using store::Transaction;

Result<void> set_people(Transaction& tx, Ticket& ticket, const PublishTicket& command) {
    if (command.requester) {
        ticket.requester = tx.mirror(*command.requester);
        const auto record = tx.users().find(ticket.requester.id);
        ticket.company = record ? record->company : std::nullopt;
    }
    if (command.assignee) {
        const auto& assignee = *command.assignee;
        if (assignee && !is_staff(assignee->role)) return invalid("assignee", "NOT_ON_THE_STAFF");
        ticket.assignee = assignee ? std::optional(tx.mirror(*assignee)) : std::nullopt;
    }
    if (command.team && *command.team) tx.teams().insert_if_absent(**command.team);
    set(ticket.team, command.team);
    if (!command.participants) return {};
    ticket.participants.clear();
    for (const std::string& id : *command.participants) {
        if (std::ranges::find(ticket.participants, id) == ticket.participants.end()) ticket.participants.push_back(id);
    }
    return {};
}

void set_counts(Ticket& ticket, const PublishTicket& command) {
    // Messages that are stored here have their numbers; a smaller count would give one twice.
    if (command.message_count) ticket.messages.count = std::max(ticket.messages.count, *command.message_count);
    if (command.public_message_count) ticket.public_messages.count = std::max(ticket.public_messages.count, *command.public_message_count);
    set(ticket.messages.last_at_us, command.last_message_at_us);
    set(ticket.public_messages.last_at_us, command.public_last_message_at_us);
}

Result<void> set_all(Transaction& tx, Ticket& ticket, const PublishTicket& command) {
    if (auto set = set_details(ticket, command, tx.now_us()); !set) return set;
    set(ticket.channel, command.channel);
    set_counts(ticket, command);
    set(ticket.waiting_since_us, command.waiting_since_us);
    set(ticket.first_responded_at_us, command.first_responded_at_us);
    set(ticket.resolved_at_us, command.resolved_at_us);
    set(ticket.closed_at_us, command.closed_at_us);
    ticket.updated_at_us = command.updated_at_us.value_or(std::nullopt).value_or(tx.now_us());
    return set_people(tx, ticket, command);
}

EventRow for_whom(EventRow row, const PublishTicket& command) {
    if (command.staff_only) row.customers = Customers::Nothing;
    return row;
}

Result<Published> create(Transaction& tx, const Actor& by, const PublishTicket& command) {
    if (!command.subject) return invalid("subject", "REQUIRED");
    if (!command.requester) return invalid("requester", "REQUIRED");
    if (command.number && tx.tickets().has_number(*command.number)) return invalid("number", "TAKEN");
    Ticket ticket;
    ticket.id = command.id;
    ticket.org = tx.org();
    if (auto done = set_all(tx, ticket, command); !done) return fail(std::move(done.error()));
    ticket.number = command.number ? *command.number : tx.next_ticket_number();
    tx.reserve_ticket_number(ticket.number);
    ticket.created_at_us = command.created_at_us.value_or(std::nullopt).value_or(tx.now_us());
    ticket.version = command.version;
    tx.complete(nullptr, ticket);
    tx.tickets().insert(ticket);
    tx.tickets().set_published_version(ticket.id, command.version);
    tx.append(for_whom(ticket_created(ticket, tx.orgs().rules(), by.ref()), command));
    tx.raise(TicketCreated{ticket, by});
    return Published::Accepted;
}

}  // namespace

Actor actor_of(const store::Snapshot& snapshot, const UserRef& person) {
    Actor actor;
    actor.org = snapshot.org();
    actor.user = person.id;
    actor.name = person.name;
    actor.avatar_url = person.avatar_url;
    actor.role = person.role;
    if (const auto record = snapshot.users().find(person.id)) {
        actor.teams = record->teams;
        actor.company = record->company;
    }
    return actor;
}

Result<Published> run(Transaction& tx, const Actor& by, const PublishTicket& command) {
    const auto before = tx.tickets().find(command.id);
    if (!before) return create(tx, by, command);
    // The backend counts its own versions; what people did here meanwhile is not in them.
    if (command.version <= tx.tickets().published_version(command.id).value_or(before->version)) return Published::Stale;

    Ticket after = *before;
    if (auto done = set_all(tx, after, command); !done) return fail(std::move(done.error()));
    after.version = std::max(before->version + 1, command.version);
    tx.complete(&*before, after);
    tx.tickets().update(after);
    tx.tickets().set_published_version(after.id, command.version);

    const AccessRules rules = tx.orgs().rules();
    const UserRef author = by.ref();
    for (EventRow& row : ticket_changes(*before, after, rules, author)) tx.append(for_whom(std::move(row), command));
    tx.raise(TicketChanged{*before, after, by});
    return Published::Accepted;
}

Result<Published> run(Transaction& tx, const Actor& by, const PublishMessage& command) {
    const auto before = tx.tickets().find(command.ticket);
    if (!before) return fail(ErrorCode::RoomNotFound);
    const Actor author = command.author ? actor_of(tx, tx.mirror(*command.author)) : by;
    const NewMessage& wanted = command.message;
    if (wanted.visibility == Visibility::Internal && !is_staff(author.role)) return invalid("visibility", "CUSTOMERS_HAVE_NO_NOTES");
    if (wanted.id && tx.ticket_messages().find(*wanted.id)) return Published::Duplicate;
    if (wanted.client_message_id && tx.ticket_messages().find_resent(command.ticket, author.user, *wanted.client_message_id))
        return Published::Duplicate;
    auto done = add_message(tx, author, author.ref(), *before, wanted);
    if (!done) return fail(std::move(done.error()));
    return Published::Accepted;
}

}  // namespace desk::tickets
