#include "desk/auth/key.hpp"

#include <cjose/cjose.h>
#include <jansson.h>

namespace desk::auth {
namespace {

struct ReleaseJws {
    void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Jws = std::unique_ptr<cjose_jws_t, ReleaseJws>;

constexpr std::size_t kMinRsaBits = 2048;  // RFC 7518 sections 3.3 and 3.5

bool fits(const cjose_jwk_t* jwk, Algorithm algorithm) {
    cjose_err error{};
    const auto type = cjose_jwk_get_kty(jwk, &error);
    switch (algorithm) {
        case Algorithm::HS256: return type == CJOSE_JWK_KTY_OCT;
        case Algorithm::RS256:
        case Algorithm::PS256: return type == CJOSE_JWK_KTY_RSA;
        case Algorithm::ES256: return type == CJOSE_JWK_KTY_EC && cjose_jwk_EC_get_curve(jwk, &error) == CJOSE_JWK_EC_P_256;
    }
    return false;
}

}  // namespace

Key::Key(Handle handle, std::string id, Algorithm algorithm) : handle_(std::move(handle)), id_(std::move(id)), algorithm_(algorithm) {
    cjose_err error{};
    if (cjose_jwk_get_kty(handle_.get(), &error) != CJOSE_JWK_KTY_OCT) return;
    hmac_.emplace(std::string_view(static_cast<const char*>(cjose_jwk_get_keydata(handle_.get(), &error)),
                                   cjose_jwk_get_keysize(handle_.get(), &error) / 8));
}

Key Key::adopt(_cjose_jwk_int* raw, std::string id, Algorithm algorithm) {
    // jansson picks its hash seed at the first object; done here, no two loops do it at once.
    json_object_seed(0);
    return Key(Handle(raw, [](cjose_jwk_t* jwk) { cjose_jwk_release(jwk); }), std::move(id), algorithm);
}

sio::Result<Key> Key::from_secret(std::string_view secret, std::string id) {
    if (secret.empty()) return sio::fail(sio::ErrorCode::BadRequest, "the secret is empty");
    cjose_err error{};
    auto* jwk = cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), &error);
    if (jwk == nullptr) return sio::fail(sio::ErrorCode::BadRequest, error.message);
    return adopt(jwk, std::move(id), Algorithm::HS256);
}

sio::Result<Key> Key::from_jwk(std::string_view json, std::string id, Algorithm algorithm) {
    cjose_err error{};
    auto* jwk = cjose_jwk_import(json.data(), json.size(), &error);
    if (jwk == nullptr) return sio::fail(sio::ErrorCode::BadRequest, error.message);
    Key key = adopt(jwk, std::move(id), algorithm);
    if (!fits(jwk, algorithm))
        return sio::fail(sio::ErrorCode::BadRequest, "the key's type does not fit " + std::string(to_string(algorithm)));
    if (cjose_jwk_get_kty(jwk, &error) == CJOSE_JWK_KTY_RSA && cjose_jwk_get_keysize(jwk, &error) < kMinRsaBits) {
        return sio::fail(sio::ErrorCode::BadRequest, "RSA keys need 2048 bits or more");
    }
    return key;
}

bool Key::verify(std::string_view token) const {
    // At every CONNECT of most installations; cjose would parse the header again and look for the digest by its name.
    if (hmac_) return hmac_->verify(token.substr(0, token.rfind('.')), token.substr(token.rfind('.') + 1));
    cjose_err error{};
    const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
    return jws != nullptr && cjose_jws_verify(jws.get(), handle_.get(), &error);
}

}  // namespace desk::auth
