#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "desk/auth/key.hpp"
#include "sio/base/base64.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::auth {
namespace {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(BIGNUM* number) const { BN_free(number); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// Without it OpenSSL would ask for a pass phrase on the terminal.
int no_pass_phrase(char*, int, int, void*) { return -1; }

Owned<BIO> memory(std::string_view text) { return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

Owned<EVP_PKEY> read_public(std::string_view pem) {
    Owned<EVP_PKEY> key(PEM_read_bio_PUBKEY(memory(pem).get(), nullptr, no_pass_phrase, nullptr));
    if (!key) {
        const Owned<X509> certificate(PEM_read_bio_X509(memory(pem).get(), nullptr, no_pass_phrase, nullptr));
        if (certificate) key.reset(X509_get_pubkey(certificate.get()));
    }
    ERR_clear_error();
    return key;
}

/// A number of the key as big-endian bytes in base64url, as JWK spells it (RFC 7518 section 6); `width` 0: as short as it goes.
std::string number(const EVP_PKEY* key, const char* name, std::size_t width = 0) {
    BIGNUM* raw = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
    const Owned<BIGNUM> owned(raw);
    std::string bytes(width == 0 ? static_cast<std::size_t>(BN_num_bytes(raw)) : width, '\0');
    if (BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) < 0) return {};
    return sio::base64::encode_url(bytes);
}

}  // namespace

sio::Result<Key> Key::from_pem(std::string_view pem, std::string id, Algorithm rsa_algorithm) {
    if (pem.find("PRIVATE KEY") != std::string_view::npos) {
        return sio::fail(sio::ErrorCode::BadRequest, "this is a private key; give the public one (openssl pkey -pubout)");
    }
    if (pem.size() > 64 * 1024) return sio::fail(sio::ErrorCode::TooLarge, "over 64 KiB");
    const auto key = read_public(pem);
    if (!key) return sio::fail(sio::ErrorCode::BadRequest, "neither a public key nor a certificate in PEM");
    if (EVP_PKEY_is_a(key.get(), "RSA") == 1) {
        const auto jwk = sio::json::object(
            {{"kty", "RSA"}, {"n", number(key.get(), OSSL_PKEY_PARAM_RSA_N)}, {"e", number(key.get(), OSSL_PKEY_PARAM_RSA_E)}});
        return from_jwk(jwk.view(), std::move(id), rsa_algorithm);
    }
    std::array<char, 32> curve{};
    if (EVP_PKEY_is_a(key.get(), "EC") == 1 && EVP_PKEY_get_group_name(key.get(), curve.data(), curve.size(), nullptr) == 1 &&
        std::string_view(curve.data()) == "prime256v1") {
        const auto jwk = sio::json::object({{"kty", "EC"},
                                            {"crv", "P-256"},
                                            {"x", number(key.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                                            {"y", number(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32)}});
        return from_jwk(jwk.view(), std::move(id), Algorithm::ES256);
    }
    return sio::fail(sio::ErrorCode::BadRequest, "only RSA keys and EC keys on P-256 are supported");
}

}  // namespace desk::auth
