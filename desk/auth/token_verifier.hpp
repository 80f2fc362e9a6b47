#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "desk/auth/claims.hpp"
#include "desk/auth/failure.hpp"
#include "desk/auth/key_ring.hpp"
#include "desk/auth/key_source.hpp"
#include "desk/auth/token_rules.hpp"

namespace desk::auth {

/// Checks access tokens (JWT, RFC 7519, as JWS in compact form). The algorithm is the key's, never the token's: `alg` only selects among
/// keys that are for it. No claim is looked at before the signature is found right, so AuthReason::Expired is said of our own tokens only.
/// An HS256 verify costs about 3 us.  Thread: any, concurrently.
class TokenVerifier {
public:
    explicit TokenVerifier(KeySet keys, TokenRules rules = {});

    /// Leeway is 0: valid while `nbf` <= now < `exp`.
    std::expected<Claims, AuthFailure> verify(std::string_view token, std::int64_t now_ms) const;

    /// Puts other keys in the place of those there are, for every verify() that begins later.
    void use(KeySet keys) { keys_.replace(std::move(keys)); }
    bool has_keys() const { return !keys_.current().empty(); }

    /// Names where keys can be fetched while the server runs; it outlives the last call of the two below. Before the server starts.
    void set_source(KeySource& source) { source_ = &source; }
    bool has_source() const { return source_ != nullptr; }
    /// True when the token's key is not there and is being fetched: `done` is called then, and the token is to be verified anew.
    /// As KeySource::fetch in everything else.
    bool await_key_of(std::string_view token, KeySource::Done done) const;

private:
    std::expected<void, AuthFailure> check_signature(std::string_view token, std::string_view encoded_header) const;

    KeyRing keys_;
    TokenRules rules_;
    KeySource* source_ = nullptr;
};

}  // namespace desk::auth
