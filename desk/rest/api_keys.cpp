#include "desk/rest/api_keys.hpp"

#include <algorithm>

#include "desk/auth/api_key.hpp"
#include "desk/model/text.hpp"
#include "desk/model/time.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {
constexpr std::size_t kMaxOrgs = 100;
}

Result<MadeApiKey> make_api_key(store::Transaction& tx, const NewApiKey& wanted) {
    auto name = required_text("name", wanted.name, kMaxName);
    if (!name) return fail(std::move(name.error()));
    if (wanted.scopes.empty()) return invalid("scopes", "REQUIRED");
    if (wanted.orgs.empty()) return invalid("orgs", "REQUIRED");
    if (wanted.orgs.size() > kMaxOrgs) return invalid("orgs", "TOO_MANY");
    store::ApiKeys keys(tx.session());
    if (keys.count() >= kMaxApiKeys) return fail(Error{ErrorCode::Conflict}.because("TOO_MANY_KEYS").with("limit", kMaxApiKeys));

    MadeApiKey made;
    made.secret = auth::make_api_key();
    made.key.id = tx.next_id(IdKind::ApiKey);
    made.key.name = std::move(*name);
    made.key.hash = auth::api_key_hash(made.secret);
    made.key.created_at_us = tx.now_us();
    for (const KeyScope scope : wanted.scopes) {
        const std::string text(to_string(scope));
        if (std::ranges::find(made.key.scopes, text) == made.key.scopes.end()) made.key.scopes.push_back(text);
    }
    for (const auto& org : wanted.orgs) {
        if (!is_valid_id(org)) return invalid("orgs", "BAD_ID");
        if (std::ranges::find(made.key.orgs, org) == made.key.orgs.end()) made.key.orgs.push_back(org);
    }
    keys.insert(made.key);
    made.revision = keys.revision();
    return made;
}

Result<RevokedApiKey> revoke_api_key(store::Transaction& tx, std::string_view id, std::string_view org) {
    store::ApiKeys keys(tx.session());
    auto key = keys.find(id);
    if (!key || (!org.empty() && std::erase(key->orgs, org) == 0)) return fail(ErrorCode::RoomNotFound);
    RevokedApiKey revoked;
    if (org.empty() || key->orgs.empty()) {
        keys.remove(id);
    } else {
        keys.set_orgs(id, key->orgs);
        revoked.left = std::move(*key);
    }
    revoked.revision = keys.revision();
    return revoked;
}

std::string to_json(const store::ApiKey& key, std::string_view org, std::string_view secret) {
    std::string out;
    sio::json::Writer w(out);
    w.begin_object().field("id", key.id);
    if (!secret.empty()) w.field("key", secret);
    w.field("name", key.name).field("scopes", key.scopes);
    // What else it is bound to is not this org's to know.
    if (org.empty())
        w.field("orgs", key.orgs);
    else
        w.key("orgs").begin_array().value(org).end_array();
    w.field("createdAt", iso(key.created_at_us)).end_object();
    return out;
}

}  // namespace desk::rest
