#include "desk/tickets/commands.hpp"

#include "desk/model/access.hpp"
#include "desk/model/message_rules.hpp"
#include "desk/model/text.hpp"
#include "desk/tickets/checks.hpp"
#include "desk/tickets/events.hpp"

namespace desk::tickets {
namespace {

using store::Snapshot;
using store::Transaction;

bool may_choose_ids(Role role) { return role == Role::Admin || role == Role::Bot || role == Role::System; }

/// Who the ticket is for: the actor, or for staff any known user.
Result<UserRef> requester_of(Transaction& tx, const Actor& actor, const UserRef& author, const CreateTicket& command) {
    if (!command.requester || *command.requester == actor.user) return author;
    if (!is_staff(actor.role)) return fail(Error{ErrorCode::Forbidden, {}, {}}.with("field", "requesterId"));
    auto found = tx.users().find_ref(*command.requester);
    if (!found) return invalid("requesterId", "UNKNOWN_USER");
    return *found;
}

/// The message as it will be stored; counters of `ticket` move with it.
Result<Message> make_message(Transaction& tx, const UserRef& author, Ticket& ticket, const NewMessage& wanted) {
    auto content = checked_content(wanted.content, wanted.type, author.role, wanted.attachments, tx.message_limits());
    if (!content) return fail(std::move(content.error()));
    if (wanted.client_message_id && !is_client_message_id(*wanted.client_message_id)) return invalid("clientMessageId", "MALFORMED");
    if (wanted.in_reply_to) {
        const auto original = tx.ticket_messages().find(*wanted.in_reply_to);
        const bool visible = original && original->ticket == ticket.id &&
                             (is_staff(author.role) || original->visibility == Visibility::Public);
        if (!visible) return invalid("inReplyTo", "UNKNOWN_MESSAGE");
    }
    Message message;
    message.id = wanted.id ? *wanted.id : tx.next_id(IdKind::Message);
    message.ticket = ticket.id;
    message.number = ++ticket.messages.count;
    message.author = author;
    message.content = std::move(*content);
    message.type = wanted.type;
    message.visibility = wanted.visibility;
    message.attachments_json = attachments_to_json(wanted.attachments);
    message.in_reply_to = wanted.in_reply_to;
    message.client_message_id = wanted.client_message_id;
    message.created_at_us = wanted.created_at_us.value_or(tx.now_us());
    ticket.messages.last_at_us = tx.now_us();
    if (message.visibility == Visibility::Internal) return message;

    ++ticket.public_messages.count;
    ticket.public_messages.last_at_us = tx.now_us();
    const bool from_customer = author.role == Role::Customer || author.id == ticket.requester.id;
    // A bot's or the system's answer is not the one a customer waits for.
    const bool from_agent = !from_customer && (author.role == Role::Agent || author.role == Role::Admin);
    if (from_customer && !ticket.waiting_since_us && !is_done(ticket.status)) ticket.waiting_since_us = tx.now_us();
    if (from_agent) {
        ticket.waiting_since_us.reset();
        if (!ticket.first_responded_at_us) ticket.first_responded_at_us = tx.now_us();
    }
    return message;
}

}  // namespace

Result<Ticket> accessible_ticket(const Snapshot& snapshot, const Actor& actor, std::string_view id) {
    auto ticket = snapshot.tickets().find(id);
    if (!ticket) return fail(ErrorCode::RoomNotFound);
    if (!can_access(actor, *ticket, snapshot.orgs().rules())) return fail(ErrorCode::Forbidden);
    return std::move(*ticket);
}

Result<TicketOutcome> run(Transaction& tx, const Actor& actor, const CreateTicket& command) {
    if (command.id) {
        if (!may_choose_ids(actor.role)) return fail(Error{ErrorCode::Forbidden, {}, {}}.with("field", "id"));
        if (!is_valid_id(*command.id)) return invalid("id", "MALFORMED");
        if (tx.tickets().exists(*command.id)) return fail(Error{ErrorCode::Conflict, {}, {}}.because("EXISTS"));
    }
    auto subject = required_text("subject", command.subject, kMaxSubject);
    if (!subject) return fail(std::move(subject.error()));
    auto tags = checked_tags(command.tags);
    if (!tags) return fail(std::move(tags.error()));
    if (command.message && command.message->visibility == Visibility::Internal && !is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    if (command.assignee && !is_staff(actor.role)) return fail(Error{ErrorCode::Forbidden, {}, {}}.with("field", "assigneeId"));

    const UserRef author = tx.ensure(actor);
    auto requester = requester_of(tx, actor, author, command);
    if (!requester) return fail(std::move(requester.error()));
    if (command.team && !tx.teams().find(*command.team)) return invalid("teamId", "UNKNOWN_TEAM");
    auto assignee = checked_assignee(tx, command.assignee);
    if (!assignee) return fail(std::move(assignee.error()));
    auto participants = checked_participants(tx, command.participants);
    if (!participants) return fail(std::move(participants.error()));

    Ticket ticket;
    ticket.id = command.id ? *command.id : tx.next_id(IdKind::Ticket);
    ticket.number = tx.next_ticket_number();
    ticket.org = tx.org();
    ticket.subject = std::move(*subject);
    ticket.priority = command.priority;
    ticket.channel = command.channel;
    ticket.requester = std::move(*requester);
    if (const auto record = tx.users().find(ticket.requester.id)) ticket.company = record->company;
    ticket.assignee = std::move(*assignee);
    ticket.team = command.team;
    ticket.participants = std::move(*participants);
    ticket.tags = std::move(*tags);
    ticket.custom_fields_json = command.custom_fields_json;
    ticket.created_at_us = ticket.updated_at_us = tx.now_us();

    std::optional<Message> first;
    if (command.message) {
        auto message = make_message(tx, author, ticket, *command.message);
        if (!message) return fail(std::move(message.error()));
        first = std::move(*message);
    }
    tx.complete(nullptr, ticket);
    tx.tickets().insert(ticket);
    if (first) tx.ticket_messages().insert(*first);

    tx.append(ticket_created(ticket, tx.orgs().rules(), author));
    if (first) tx.append(ticket_message(*first));
    tx.raise(TicketCreated{ticket, actor});
    if (first) tx.raise(TicketMessageAdded{ticket, *first, actor});
    return TicketOutcome{std::move(ticket), std::move(first)};
}

Result<MessageOutcome> run(Transaction& tx, const Actor& actor, const AddTicketMessage& command) {
    auto before = accessible_ticket(tx, actor, command.ticket);
    if (!before) return fail(std::move(before.error()));
    const NewMessage& wanted = command.message;
    if (wanted.visibility == Visibility::Internal && !is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    if (wanted.client_message_id) {
        if (auto first = tx.ticket_messages().find_resent(command.ticket, actor.user, *wanted.client_message_id)) {
            return MessageOutcome{std::move(*first), true};
        }
    }
    return add_message(tx, actor, tx.ensure(actor), *before, wanted);
}

Result<MessageOutcome> add_message(Transaction& tx, const Actor& actor, const UserRef& author, const Ticket& before,
                                   const NewMessage& wanted) {
    Ticket after = before;
    auto message = make_message(tx, author, after, wanted);
    if (!message) return fail(std::move(message.error()));
    after.updated_at_us = tx.now_us();
    ++after.version;
    tx.complete(&before, after);
    tx.ticket_messages().insert(*message);
    tx.tickets().update(after);

    if (auto row = ticket_updated(before, after, tx.orgs().rules(), author)) tx.append(std::move(*row));
    tx.append(ticket_message(*message));
    tx.raise(TicketChanged{before, after, actor});
    tx.raise(TicketMessageAdded{after, *message, actor});
    return MessageOutcome{std::move(*message), false};
}

Result<SubscribeOutcome> run(const Snapshot& snapshot, const Actor& actor, const SubscribeTicket& command) {
    const auto ticket = accessible_ticket(snapshot, actor, command.ticket);
    if (!ticket) return fail(Error(ticket.error()));
    return SubscribeOutcome{snapshot.log().position()};
}

}  // namespace desk::tickets
