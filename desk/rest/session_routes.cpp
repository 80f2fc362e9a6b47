#include "desk/model/fields.hpp"
#include "desk/people/requests.hpp"
#include "desk/people/revocation.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

constexpr std::string_view kOk = R"({"ok":true})";

void revoke(store::Store& store, const Directory& directory, const Call& call, Reply reply) {
    auto command = people::read_revoke_tokens(call.body);
    if (!command) return reply.refuse(command.error());
    if (directory.revocations_full()) return reply.refuse(Error{ErrorCode::Unavailable}.with("limit", "revocations"));
    command->user = call.path[0];
    write(
        store, call, std::move(reply), 200,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) {
            return people::run(tx, identity->actor, command);
        },
        [](bool) { return std::string(kOk); });
}

void leave(people::LivePeople& live, const Call& call, Reply reply) {
    if (auto may = people::must_administer(call.actor()); !may) return reply.refuse(may.error());
    Fields fields(call.body);
    const std::string user = fields.id("userId");
    const std::string room = fields.text("room");
    if (auto wrong = fields.error()) return reply.refuse(*wrong);
    if (auto done = live.leave(call.actor().org, user, room); !done) return reply.refuse(done.error());
    reply.send(200, std::string(kOk));
}

void disconnect(people::LivePeople& live, const Call& call, Reply reply) {
    if (auto may = people::must_administer(call.actor()); !may) return reply.refuse(may.error());
    live.disconnect(call.actor().org, call.path[0]);
    reply.send(200, std::string(kOk));
}

}  // namespace

void add_session_routes(Api& api, store::Store& store, const Directory& directory, people::LivePeople& live) {
    api.add(Method::Post, "/v1/users/{id}/revoke-tokens",
            [&store, &directory](const Call& call, Reply reply) { revoke(store, directory, call, std::move(reply)); });
    api.add(Method::Post, "/v1/users/{id}/disconnect",
            [&live](const Call& call, Reply reply) { disconnect(live, call, std::move(reply)); });
    api.add(Method::Post, "/v1/sockets/leave", [&live](const Call& call, Reply reply) { leave(live, call, std::move(reply)); });
}

}  // namespace desk::rest
