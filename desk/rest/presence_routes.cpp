#include <algorithm>
#include <utility>

#include "desk/model/fields.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

constexpr std::size_t kMaxAsked = 500;

/// `userIds=a,b`, each once.
Result<std::vector<std::string>> read_users(const Call& call) {
    const std::string text = Query(call.request).text("userIds");
    std::vector<std::string> users;
    for (std::size_t from = 0; from <= text.size() && !text.empty();) {
        const std::size_t end = std::min(text.find(',', from), text.size());
        std::string id = text.substr(from, end - from);
        if (!is_valid_id(id)) return invalid("userIds", "BAD_ID");
        if (std::ranges::find(users, id) == users.end()) users.push_back(std::move(id));
        if (users.size() > kMaxAsked) return invalid("userIds", "TOO_MANY");
        from = end + 1;
    }
    if (users.empty()) return invalid("userIds", "REQUIRED");
    return users;
}

void list(store::Store& store, presence::Presence& presence, const Call& call, Reply reply) {
    auto users = read_users(call);
    if (!users) return reply.refuse(users.error());
    store.read(
        call.actor().org,
        [identity = call.identity, command = presence::FindPeople{std::move(*users)}](const store::Snapshot& snapshot) {
            return run(snapshot, identity->actor, command);
        },
        [&presence, org = call.actor().org, reply = std::move(reply)](Result<std::vector<presence::Asked>> asked) mutable {
            if (!asked) return reply.refuse(asked.error());
            presence.list(org, std::move(*asked),
                          [reply = std::move(reply)](std::string json) mutable { reply.send(200, std::move(json)); });
        });
}

void set(store::Store& store, presence::Presence& presence, const Call& call, Reply reply) {
    Fields fields(call.body);
    const auto status = fields.one_of("status", PresenceStatus::Online);
    if (fields.flag("auto")) fields.wrong("auto", "NEEDS_A_CONNECTION");
    if (auto wrong = fields.error()) return reply.refuse(*wrong);
    const std::int64_t now_ms = sio::unix_ms();
    if (auto allowed = presence.may_choose(call.actor(), now_ms); !allowed) return reply.refuse(allowed.error());
    store.write(
        call.actor().org,
        [identity = call.identity, command = presence::SetStatus{status, now_ms}](store::Transaction& tx) {
            return run(tx, identity->actor, command);
        },
        [&presence, identity = call.identity, reply = std::move(reply)](Result<presence::Chosen> chosen) mutable {
            if (!chosen) return reply.refuse(chosen.error());
            presence.chosen(identity, *chosen, 0,
                            [reply = std::move(reply)](std::string json) mutable { reply.send(200, std::move(json)); });
        });
}

}  // namespace

void add_presence_routes(Api& api, store::Store& store, presence::Presence& presence) {
    api.add(Method::Get, "/v1/presence", [&](const Call& call, Reply reply) { list(store, presence, call, std::move(reply)); });
    api.add(Method::Put, "/v1/presence/me", [&](const Call& call, Reply reply) { set(store, presence, call, std::move(reply)); });
}

}  // namespace desk::rest
