#include "desk/auth/key.hpp"
#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::auth {
namespace {

constexpr std::size_t kMaxBytes = 64 * 1024;
constexpr std::size_t kMaxKeys = 64;

/// The algorithm a JWK is for; nullopt for a key that is not ours to use.
std::optional<Algorithm> algorithm_of(sio::json::Value jwk) {
    if (const auto use = jwk["use"]; use.exists() && use.string() != "sig") return std::nullopt;
    if (const auto operations = jwk["key_ops"]; operations.exists()) {
        bool verifies = false;
        for (const auto operation : operations.elements()) verifies |= operation.string() == "verify";
        if (!verifies) return std::nullopt;
    }
    const auto type = jwk["kty"].string();
    if (const auto named = jwk["alg"]; named.exists()) return parse_algorithm(named.string().value_or(""));
    if (type == "RSA") return Algorithm::RS256;
    if (type == "EC" && jwk["crv"].string() == "P-256") return Algorithm::ES256;
    if (type == "oct") return Algorithm::HS256;
    return std::nullopt;
}

}  // namespace

sio::Result<KeySet> KeySet::from_jwks(std::string_view json, Taking taking) {
    if (json.size() > kMaxBytes) return sio::fail(sio::ErrorCode::TooLarge, "the key set is over 64 KiB");
    sio::json::Parser parser({.max_bytes = kMaxBytes, .max_depth = 8});
    const auto document = parser.parse_copy(json);
    if (!document) return std::unexpected(document.error());
    const auto list = (*document)["keys"];
    if (!list.is_array()) return sio::fail(sio::ErrorCode::BadJson, "a key set is an object with an array \"keys\"");
    if (list.size() > kMaxKeys) return sio::fail(sio::ErrorCode::TooLarge, "over 64 keys");
    KeySet set;
    for (const auto jwk : list.elements()) {
        const auto algorithm = algorithm_of(jwk);
        if (!algorithm || (*algorithm == Algorithm::HS256 && !taking.secrets)) continue;
        std::string id(jwk["kid"].string().value_or(""));
        auto key = Key::from_jwk(sio::json::text(jwk).view(), id, *algorithm);
        if (!key && taking.skip_unfit) continue;
        if (!key) return sio::fail(key.error().code, "key \"" + id + "\": " + key.error().detail);
        set.add(*std::move(key));
    }
    if (set.empty()) return sio::fail(sio::ErrorCode::BadRequest, "the key set holds no key we can use");
    return set;
}

}  // namespace desk::auth
