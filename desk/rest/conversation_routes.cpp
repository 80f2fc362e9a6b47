#include "desk/chat/commands.hpp"
#include "desk/chat/requests.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

void create(store::Store& store, const Call& call, Reply reply) {
    auto command = chat::read_create_conversation(call.body);
    if (!command) return reply.refuse(std::move(command.error()));
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
    if (!command) return reply.refuse(std::move(command.error()));
    command->conversation = call.path[0];
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) {
            return chat::run(tx, identity->actor, command);
        },
        [](chat::ChatMessageOutcome outcome) { return std::move(outcome.json); });
}

}  // namespace

void add_conversation_routes(Api& api, store::Store& store) {
    api.add(Method::Post, "/v1/conversations", [&store](const Call& call, Reply reply) { create(store, call, std::move(reply)); });
    api.add(Method::Get, "/v1/conversations/{id}", [&store](const Call& call, Reply reply) { show(store, call, std::move(reply)); });
    api.add(Method::Post, "/v1/conversations/{id}/messages",
            [&store](const Call& call, Reply reply) { add_message(store, call, std::move(reply)); });
}

}  // namespace desk::rest
