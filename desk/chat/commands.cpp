#include "desk/chat/commands.hpp"

#include "desk/chat/events.hpp"
#include "desk/model/access.hpp"
#include "desk/model/message_rules.hpp"

namespace desk::chat {
namespace {

using store::Snapshot;
using store::Transaction;

bool may_choose_ids(Role role) { return role == Role::Admin || role == Role::Bot || role == Role::System; }

Result<UserRef> customer_of(Transaction& tx, const Actor& actor, const UserRef& author, const CreateConversation& command) {
    if (!is_staff(actor.role)) {
        if (command.customer && *command.customer != actor.user)
            return fail(Error{ErrorCode::Forbidden, {}, {}}.with("field", "customerId"));
        return author;
    }
    if (!command.customer) return invalid("customerId", "REQUIRED");
    auto found = tx.users().find_ref(*command.customer);
    if (!found) return invalid("customerId", "UNKNOWN_USER");
    return *found;
}

/// What a join does to the conversation; nothing for customers, observers and those who are in it.
bool enter(Conversation& conversation, const UserRef& agent, const JoinConversation& command, std::int64_t now_us) {
    const bool serves = agent.role == Role::Agent || (agent.role == Role::Admin && !command.observe);
    if (!serves || conversation.status == ConversationStatus::Ended || conversation.has_agent(agent.id)) return false;
    if (conversation.status == ConversationStatus::Waiting) {
        conversation.status = ConversationStatus::Active;
        conversation.started_at_us = now_us;
        conversation.waiting_since_us.reset();
    }
    conversation.agents.push_back(agent);
    ++conversation.version;
    return true;
}

/// Why no number could be taken.
Error refusal(const Snapshot& snapshot, const std::string& conversation) {
    const auto found = snapshot.conversations().find(conversation);
    return Error{found ? ErrorCode::ConversationEnded : ErrorCode::RoomNotFound, {}, {}};
}

ChatMessageOutcome outcome_of(ChatMessage message, bool duplicate) {
    std::string json = to_json(message);
    return {std::move(message), std::move(json), duplicate};
}

}  // namespace

Result<Conversation> accessible_conversation(const Snapshot& snapshot, const Actor& actor, std::string_view id) {
    auto conversation = snapshot.conversations().find(id);
    if (!conversation) return fail(ErrorCode::RoomNotFound);
    if (!can_access(actor, *conversation, snapshot.orgs().rules())) return fail(ErrorCode::Forbidden);
    return std::move(*conversation);
}

std::string describe(const Snapshot& snapshot, const Conversation& conversation) {
    std::optional<ChatMessage> last;
    if (conversation.last_number > 0) last = snapshot.chat_messages().at(conversation.id, conversation.last_number);
    return to_json(conversation, snapshot.conversations().markers(conversation.id), last);
}

Result<ConversationOutcome> run(Transaction& tx, const Actor& actor, const CreateConversation& command) {
    if (command.id) {
        if (!may_choose_ids(actor.role)) return fail(Error{ErrorCode::Forbidden, {}, {}}.with("field", "id"));
        if (!is_valid_id(*command.id)) return invalid("id", "MALFORMED");
        if (tx.conversations().find(*command.id)) return fail(Error{ErrorCode::Conflict, {}, {}}.because("EXISTS"));
    }
    const UserRef author = tx.ensure(actor);
    auto customer = customer_of(tx, actor, author, command);
    if (!customer) return fail(std::move(customer.error()));
    if (command.team && !tx.teams().find(*command.team)) return invalid("teamId", "UNKNOWN_TEAM");
    const AccessRules rules = tx.orgs().rules();
    if (command.ticket) {
        const auto ticket = tx.tickets().find(*command.ticket);
        if (!ticket || !can_access(actor, *ticket, rules)) return invalid("ticketId", "UNKNOWN_TICKET");
    }

    Conversation conversation;
    conversation.id = command.id ? *command.id : tx.next_id(IdKind::Conversation);
    conversation.org = tx.org();
    conversation.customer = std::move(*customer);
    conversation.team = command.team;
    conversation.ticket = command.ticket;
    conversation.created_at_us = tx.now_us();
    conversation.waiting_since_us = tx.now_us();
    tx.conversations().insert(conversation, tx.real_us());

    std::string json = to_json(conversation, {}, std::nullopt);
    tx.append(chat_updated(conversation, rules, author, json));
    tx.raise(ConversationCreated{conversation, actor});
    return ConversationOutcome{std::move(conversation), std::move(json)};
}

Result<JoinOutcome> run(Transaction& tx, const Actor& actor, const JoinConversation& command) {
    const AccessRules rules = tx.orgs().rules();
    auto before = tx.conversations().find(command.conversation);
    if (!before) return fail(ErrorCode::RoomNotFound);
    if (!can_access(actor, *before, rules)) return fail(ErrorCode::Forbidden);

    Conversation after = *before;
    if (is_staff(actor.role)) {
        const UserRef author = tx.ensure(actor);
        if (enter(after, author, command, tx.now_us())) {
            tx.conversations().update(after);
            tx.conversations().set_active_at(after.id, tx.real_us());
            tx.append(chat_updated(*before, after, rules, author, describe(tx, after)));
            tx.raise(ConversationChanged{*before, after, actor});
        }
    }
    // Should this be the last that is heard of them, their time-out runs from now.
    if (actor.user == after.customer.id && tx.conversations().customer_here_until(after.id) != store::kStillHere)
        tx.conversations().set_customer_here_until(after.id, tx.real_us());
    JoinOutcome outcome{after, describe(tx, after), tx.position(), std::nullopt};
    if (after.status == ConversationStatus::Ended) outcome.ended_json = ended_payload(after);
    return outcome;
}

Result<ChatMessageOutcome> run(Transaction& tx, const Actor& actor, const SendChatMessage& command) {
    if (!command.joined) {
        const auto conversation = accessible_conversation(tx, actor, command.conversation);
        if (!conversation) return fail(Error(conversation.error()));
    }
    if (command.client_message_id) {
        if (!is_client_message_id(*command.client_message_id)) return invalid("clientMessageId", "MALFORMED");
        if (auto first = tx.chat_messages().find_resent(command.conversation, actor.user, *command.client_message_id)) {
            return outcome_of(std::move(*first), true);
        }
    }
    auto content = checked_content(command.content, command.type, actor.role, command.attachments, tx.message_limits());
    if (!content) return fail(std::move(content.error()));
    const auto number = tx.conversations().take_number(command.conversation, tx.real_us());
    if (!number) return fail(refusal(tx, command.conversation));

    ChatMessage message;
    message.id = tx.next_id(IdKind::Message);
    message.conversation = command.conversation;
    message.number = *number;
    message.sender = tx.ensure(actor);
    message.content = std::move(*content);
    message.type = command.type;
    message.attachments_json = attachments_to_json(command.attachments);
    message.client_message_id = command.client_message_id;
    message.created_at_us = tx.now_us();
    tx.chat_messages().insert(message);

    ChatMessageOutcome outcome = outcome_of(std::move(message), false);
    tx.append(chat_message(outcome.message, outcome.json));
    tx.raise(ChatMessageAdded{outcome.message, actor});
    return outcome;
}

}  // namespace desk::chat
