#include "desk/chat/commands.hpp"
#include "desk/chat/lifecycle.hpp"
#include "desk/chat/requests.hpp"
#include "desk/model/fields.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

void create(store::Store& store, const Call& call, Reply reply) {
    auto command = chat::read_create_conversation(call.body);
    if (!command) return reply.refuse(command.error());
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) {
            return chat::run(tx, identity->actor, command);
        },
        [](chat::ConversationOutcome outcome) { return std::move(outcome.json); });
}

void show(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity, id = call.path[0]](const store::Snapshot& snapshot) -> Result<std::string> {
             const auto conversation = chat::accessible_conversation(snapshot, identity->actor, id);
             if (!conversation) return std::unexpected(conversation.error());
             return chat::describe(snapshot, *conversation);
         });
}

void add_message(store::Store& store, const Call& call, Reply reply) {
    auto command = chat::read_chat_message(call.body);
    if (!command) return reply.refuse(command.error());
    command->conversation = call.path[0];
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) {
            return chat::run(tx, identity->actor, command);
        },
        [](chat::ChatMessageOutcome outcome) { return std::move(outcome.json); });
}

void mark_read(store::Store& store, const Call& call, Reply reply) {
    Fields fields(call.body);
    chat::ReadConversation command{call.path[0], fields.id("messageId")};
    if (auto wrong = fields.error()) return reply.refuse(*wrong);
    write(
        store, call, std::move(reply), 200,
        [identity = call.identity, command = std::move(command)](store::Transaction& tx) {
            return chat::run(tx, identity->actor, command);
        },
        [](const chat::ReadOutcome&) { return std::string(R"({"ok":true})"); });
}

/// Runs a command that answers with the conversation.
template <class Command>
void act(store::Store& store, const Call& call, Reply reply, Command command) {
    write(
        store, call, std::move(reply), 200,
        [identity = call.identity, command = std::move(command)](store::Transaction& tx) {
            return chat::run(tx, identity->actor, command);
        },
        [](chat::ConversationOutcome outcome) { return std::move(outcome.json); });
}

void assign(store::Store& store, const Call& call, Reply reply) {
    Fields fields(call.body);
    chat::AssignConversation command{call.path[0], fields.id("agentId")};
    if (auto wrong = fields.error()) return reply.refuse(*wrong);
    act(store, call, std::move(reply), std::move(command));
}

void end(store::Store& store, const Call& call, Reply reply) {
    Fields fields(call.body);
    chat::EndConversation command{.conversation = call.path[0]};
    if (fields.member("reason")) command.reason = fields.one_of("reason", EndReason::System);
    if (auto wrong = fields.error()) return reply.refuse(*wrong);
    act(store, call, std::move(reply), std::move(command));
}

void messages(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    constexpr std::int64_t kNewest = std::int64_t{1} << 53;
    const std::int64_t limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    const std::int64_t before = query.number("before", kNewest, 0, kNewest);
    const std::int64_t after = query.number("after", -1, 0, kNewest);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply),
         [identity = call.identity, id = call.path[0], limit, before, after](const store::Snapshot& snapshot) -> Result<std::string> {
             const auto conversation = chat::accessible_conversation(snapshot, identity->actor, id);
             if (!conversation) return std::unexpected(conversation.error());
             const auto log = snapshot.chat_messages();
             const auto found = after >= 0 ? log.list_after(id, after, limit) : log.list_before(id, before, limit);
             std::string json;
             sio::json::Writer(json).begin_object().field("items", found).end_object();
             return json;
         });
}

}  // namespace

void add_conversation_routes(Api& api, store::Store& store) {
    const auto add = store_routes(api, store);
    add(Method::Post, "/v1/conversations", create);
    add(Method::Get, "/v1/conversations/{id}", show);
    add(Method::Get, "/v1/conversations/{id}/messages", messages);
    add(Method::Post, "/v1/conversations/{id}/messages", add_message);
    add(Method::Post, "/v1/conversations/{id}/read", mark_read);
    add(Method::Post, "/v1/conversations/{id}/assign", assign);
    add(Method::Post, "/v1/conversations/{id}/end", end);
}

}  // namespace desk::rest
