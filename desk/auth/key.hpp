#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/auth/algorithm.hpp"
#include "desk/auth/hmac.hpp"
#include "sio/base/result.hpp"

struct _cjose_jwk_int;

namespace desk::auth {

/// One key that signatures are checked with, parsed once, with its one algorithm. Immutable, cheap to copy (counted).
/// Thread: any, concurrently.
class Key {
public:
    /// HS256. Errors: BadRequest for an empty secret.
    static sio::Result<Key> from_secret(std::string_view secret, std::string id = {});

    /// A public key (SubjectPublicKeyInfo) or certificate in PEM: RSA of 2048 bits or more as RS256, or PS256 when asked; EC on P-256 as
    /// ES256. Errors: BadRequest, also for a private key, which has no business on a server that only checks.
    static sio::Result<Key> from_pem(std::string_view pem, std::string id = {}, Algorithm rsa_algorithm = Algorithm::RS256);

    /// One JWK (RFC 7517) as JSON text; `algorithm` must fit its type. Errors: BadRequest, also for keys that are too weak.
    static sio::Result<Key> from_jwk(std::string_view json, std::string id, Algorithm algorithm);

    Algorithm algorithm() const { return algorithm_; }
    const std::string& id() const { return id_; }

    /// Whether the signature of a compact token is this key's. Pre: `split` accepts the token and its header names algorithm().
    bool verify(std::string_view token) const;

    const _cjose_jwk_int* handle() const { return handle_.get(); }

private:
    using Handle = std::shared_ptr<_cjose_jwk_int>;
    Key(Handle handle, std::string id, Algorithm algorithm);
    static Key adopt(_cjose_jwk_int* raw, std::string id, Algorithm algorithm);

    Handle handle_;
    std::optional<Hmac> hmac_;  // of a secret
    std::string id_;
    Algorithm algorithm_;
};

/// The keys of one server. Small: found by walking.
class KeySet {
public:
    KeySet() = default;
    explicit KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {}

    struct Taking {
        bool secrets = true;      ///< symmetric keys too
        bool skip_unfit = false;  ///< leave out a key that is broken or too weak, instead of refusing the set
    };
    /// A JWK set (RFC 7517 section 5). Keys of other types, uses, curves or algorithms are left out, as it asks; none left is an error, and
    /// so is, unless told otherwise, a key of ours that is broken or too weak. Errors: BadJson, BadRequest, TooLarge (64 KiB, 64 keys).
    static sio::Result<KeySet> from_jwks(std::string_view json, Taking taking);
    static sio::Result<KeySet> from_jwks(std::string_view json) { return from_jwks(json, Taking()); }

    void add(Key key) { keys_.push_back(std::move(key)); }
    const std::vector<Key>& keys() const { return keys_; }
    bool empty() const { return keys_.empty(); }

private:
    std::vector<Key> keys_;
};

}  // namespace desk::auth
