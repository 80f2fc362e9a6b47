#include "desk/chat/lifecycle.hpp"

#include "desk/chat/events.hpp"
#include "desk/model/access.hpp"

namespace desk::chat {
namespace {

using store::Transaction;

bool may_give(Role role, EndReason reason) {
    switch (role) {
        case Role::Customer: return reason == EndReason::CustomerEnded;
        case Role::Agent:
        case Role::Admin: return reason == EndReason::AgentEnded || reason == EndReason::Transferred || reason == EndReason::Merged;
        case Role::Bot:
        case Role::System: return true;
    }
    return false;
}

EndReason reason_of(Role role) {
    if (role == Role::Customer) return EndReason::CustomerEnded;
    return role == Role::Agent || role == Role::Admin ? EndReason::AgentEnded : EndReason::System;
}

/// Stores the change and tells staff.
std::string save(Transaction& tx, const Actor& actor, const UserRef& author, const Conversation& before, Conversation& after) {
    ++after.version;
    tx.conversations().update(after);
    std::string json = describe(tx, after);
    tx.append(chat_updated(before, after, tx.orgs().rules(), author, json));
    if (before.status != ConversationStatus::Ended && after.status == ConversationStatus::Ended) tx.append(chat_ended(after, author));
    tx.raise(ConversationChanged{before, after, actor});
    return json;
}

ConversationOutcome end(Transaction& tx, const Actor& actor, const Conversation& before, EndReason reason) {
    const UserRef author = tx.ensure(actor);
    Conversation after = before;
    after.status = ConversationStatus::Ended;
    after.ended_at_us = tx.now_us();
    after.end_reason = reason;
    after.waiting_since_us.reset();
    std::string json = save(tx, actor, author, before, after);
    return {std::move(after), std::move(json)};
}

std::int64_t us(std::chrono::milliseconds time) { return std::chrono::microseconds(time).count(); }

}  // namespace

Result<ReadOutcome> run(Transaction& tx, const Actor& actor, const ReadConversation& command) {
    if (!command.joined) {
        const auto conversation = accessible_conversation(tx, actor, command.conversation);
        if (!conversation) return fail(Error(conversation.error()));
    }
    const auto message = tx.chat_messages().find(command.conversation, command.message);
    if (!message) return fail(ErrorCode::RoomNotFound);
    if (tx.conversations().marker(command.conversation, actor.user).value_or(0) >= message->number) return ReadOutcome{};
    if (tx.chat_messages().sent_since(command.conversation, actor.user, message->number)) return ReadOutcome{};
    const ReadMarker marker{actor.user, message->number, message->id};
    tx.conversations().save_marker(command.conversation, marker);
    tx.append(chat_read(command.conversation, marker));
    return ReadOutcome{true};
}

Result<ConversationOutcome> run(Transaction& tx, const Actor& actor, const AssignConversation& command) {
    const auto before = accessible_conversation(tx, actor, command.conversation);
    if (!before) return fail(Error(before.error()));
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    if (before->status == ConversationStatus::Ended) return fail(ErrorCode::ConversationEnded);
    const auto agent = tx.users().find(command.agent);
    if (!agent || !agent->active || !is_staff(agent->ref.role)) return invalid("userId", "UNKNOWN_USER");
    if (before->has_agent(command.agent)) return ConversationOutcome{*before, describe(tx, *before)};

    const UserRef author = tx.ensure(actor);
    Conversation after = *before;
    after.agents.push_back(agent->ref);
    if (after.status == ConversationStatus::Waiting) {
        after.status = ConversationStatus::Active;
        after.started_at_us = tx.now_us();
        after.waiting_since_us.reset();
    }
    tx.conversations().set_active_at(after.id, tx.real_us());
    std::string json = save(tx, actor, author, *before, after);
    return ConversationOutcome{std::move(after), std::move(json)};
}

Result<ConversationOutcome> run(Transaction& tx, const Actor& actor, const EndConversation& command) {
    const auto before = accessible_conversation(tx, actor, command.conversation);
    if (!before) return fail(Error(before.error()));
    const EndReason reason = command.reason.value_or(reason_of(actor.role));
    if (!may_give(actor.role, reason)) return invalid("reason", "NOT_ALLOWED");
    if (before->status == ConversationStatus::Ended) return fail(Error{ErrorCode::Conflict, {}, {}}.because("ENDED"));

    return end(tx, actor, *before, reason);
}

Result<ExpireOutcome> run(Transaction& tx, const Actor& actor, const ExpireConversation& command) {
    const auto conversation = tx.conversations().find(command.conversation);
    if (!conversation) return fail(ErrorCode::RoomNotFound);
    if (conversation->status == ConversationStatus::Ended) return ExpireOutcome{};
    const auto here_until = tx.conversations().customer_here_until(command.conversation);
    const std::int64_t active = tx.conversations().active_at(command.conversation).value_or(0);
    const std::int64_t now = tx.real_us();
    std::optional<EndReason> reason;
    if (here_until && *here_until <= now - us(command.times.customer_timeout)) {
        reason = EndReason::CustomerTimeout;
    } else if (active <= now - us(command.times.inactivity)) {
        reason = EndReason::Inactivity;
    }
    if (reason)
        end(tx, actor, *conversation, *reason);
    else
        tx.conversations().set_quiet_since(command.conversation, active);
    return ExpireOutcome{reason};
}

void note_customer(Transaction& tx, std::string_view conversation, bool here) {
    tx.conversations().set_customer_here_until(conversation, here ? store::kStillHere : tx.real_us());
}

}  // namespace desk::chat
