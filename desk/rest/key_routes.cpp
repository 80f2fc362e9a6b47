#include "desk/model/fields.hpp"
#include "desk/rest/api_keys.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

constexpr std::size_t kMaxListed = 100;

Result<NewApiKey> read_new_key(const Call& call) {
    if (!call.actor().administers()) return fail(ErrorCode::Forbidden);
    Fields fields(call.body);
    NewApiKey wanted;
    wanted.name = fields.text("name");
    for (const auto& name : fields.texts("scopes", kMaxListed)) {
        const auto scope = from_string<KeyScope>(name);
        if (!scope) fields.wrong("scopes", "UNKNOWN_VALUE");
        wanted.scopes.push_back(scope.value_or(KeyScope::Read));
    }
    wanted.orgs = fields.ids("orgs", kMaxListed);
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    if (wanted.orgs.empty()) wanted.orgs = {call.actor().org};
    for (const auto& org : wanted.orgs) {
        if (org != call.actor().org) return fail(Error{ErrorCode::Forbidden}.with("field", "orgs").because("OTHER_ORG"));
    }
    return wanted;
}

void create(store::Store& store, KeyRing& ring, const Call& call, Reply reply) {
    auto wanted = read_new_key(call);
    if (!wanted) return reply.refuse(wanted.error());
    const auto made = std::make_shared<std::optional<MadeApiKey>>();
    write(
        store, call, std::move(reply), 201,
        [wanted = std::move(*wanted), made](store::Transaction& tx) -> Result<Answer> {
            auto key = make_api_key(tx, wanted);
            if (!key) return std::unexpected(std::move(key.error()));
            // A replay answers without the key: it is kept nowhere.
            Answer answer{201, to_json(key->key, tx.org(), key->secret), false, to_json(key->key, tx.org())};
            *made = std::move(*key);
            return answer;
        },
        [](Answer answer) { return answer; },
        [&ring, made] {
            if (*made) ring.put((*made)->key, (*made)->revision);
        });
}

void list(store::Store& store, const Call& call, Reply reply) {
    if (!call.actor().administers()) return reply.refuse(Error{ErrorCode::Forbidden});
    Query query(call.request);
    const std::int64_t limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply), [limit, after = query.text("cursor")](const store::Snapshot& snapshot) -> Result<std::string> {
        const auto keys = store::ApiKeys(snapshot.session()).list(snapshot.org(), after, limit + 1);
        const std::size_t shown = std::min(keys.size(), static_cast<std::size_t>(limit));
        std::string json;
        sio::json::Writer w(json);
        w.begin_object().key("items").begin_array();
        for (std::size_t i = 0; i < shown; ++i) w.value(sio::json::Raw{to_json(keys[i], snapshot.org())});
        w.end_array().field("nextCursor", shown < keys.size() ? std::optional(keys[shown - 1].id) : std::nullopt).end_object();
        return json;
    });
}

void revoke(store::Store& store, KeyRing& ring, const Call& call, Reply reply) {
    if (!call.actor().administers()) return reply.refuse(Error{ErrorCode::Forbidden});
    const auto revoked = std::make_shared<std::optional<RevokedApiKey>>();
    write(
        store, call, std::move(reply), 200,
        [id = call.path[0], revoked](store::Transaction& tx) -> Result<std::string> {
            auto done = revoke_api_key(tx, id, tx.org());
            if (!done) return std::unexpected(std::move(done.error()));
            *revoked = std::move(*done);
            return sio::json::object({{"id", id}, {"revoked", true}}).str();
        },
        [](std::string json) { return json; },
        [&ring, revoked, id = call.path[0]] {
            if (!*revoked) return;
            if ((*revoked)->left)
                ring.put(*(*revoked)->left, (*revoked)->revision);
            else
                ring.remove(id, (*revoked)->revision);
        });
}

}  // namespace

void add_key_routes(Api& api, store::Store& store, KeyRing& ring) {
    api.add(Method::Post, "/v1/api-keys", [&](const Call& call, Reply reply) { create(store, ring, call, std::move(reply)); });
    api.add(Method::Get, "/v1/api-keys", [&](const Call& call, Reply reply) { list(store, call, std::move(reply)); },
            {.scope = KeyScope::Admin});
    api.add(Method::Delete, "/v1/api-keys/{id}", [&](const Call& call, Reply reply) { revoke(store, ring, call, std::move(reply)); });
}

}  // namespace desk::rest
