#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/error.hpp"
#include "desk/store/doors.hpp"
#include "desk/store/transaction.hpp"

/// Making and revoking API keys, the same over REST and on the command line. Thread: worker, inside a transaction.
namespace desk::rest {

inline constexpr std::int64_t kMaxApiKeys = 10'000;

struct NewApiKey {
    std::string name;
    std::vector<KeyScope> scopes;
    std::vector<std::string> orgs;
};

struct MadeApiKey {
    store::ApiKey key;
    std::string secret;  ///< the key itself; shown once, kept nowhere
    std::int64_t revision = 0;
};

/// Errors: InvalidPayload (name, scopes or orgs), PayloadTooLarge, Conflict {reason: TOO_MANY_KEYS}.
Result<MadeApiKey> make_api_key(store::Transaction& tx, const NewApiKey& wanted);

struct RevokedApiKey {
    std::optional<store::ApiKey> left;  ///< the key, when it goes on in other orgs
    std::int64_t revision = 0;
};

/// For one org, or with an empty `org` for all. Errors: RoomNotFound.
Result<RevokedApiKey> revoke_api_key(store::Transaction& tx, std::string_view id, std::string_view org);

/// `{id, name, scopes, orgs, createdAt}`; of its orgs only `org`, all when empty. With `secret`, `key` too.
std::string to_json(const store::ApiKey& key, std::string_view org, std::string_view secret = {});

}  // namespace desk::rest
