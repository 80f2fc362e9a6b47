#include "desk/auth/hmac.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <cstdint>
#include <new>
#include <string>

#include "sio/base/base64.hpp"

namespace desk::auth {
namespace {

constexpr std::size_t kSize = 32;

struct Release {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

}  // namespace

Hmac::Hmac(std::string_view secret) {
    const std::unique_ptr<EVP_MAC, Release> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    keyed_ = std::shared_ptr<EVP_MAC_CTX>(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr, Release());
    std::string digest = "SHA256";
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    if (!keyed_ ||
        EVP_MAC_init(keyed_.get(), reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), parameters.data()) != 1) {
        throw std::bad_alloc();  // SHA-256 is in every OpenSSL
    }
}

bool Hmac::verify(std::string_view text, std::string_view signature) const {
    thread_local std::string given;
    given.clear();
    if (!sio::base64::decode_append(given, signature, sio::base64::Alphabet::Url, sio::base64::Padding::Forbidden)) return false;
    const std::unique_ptr<EVP_MAC_CTX, Release> context(EVP_MAC_CTX_dup(keyed_.get()));
    std::array<std::uint8_t, kSize> own{};
    std::size_t size = 0;
    return context && EVP_MAC_update(context.get(), reinterpret_cast<const std::uint8_t*>(text.data()), text.size()) == 1 &&
           EVP_MAC_final(context.get(), own.data(), &size, own.size()) == 1 && size == kSize && given.size() == kSize &&
           CRYPTO_memcmp(own.data(), given.data(), kSize) == 0;
}

}  // namespace desk::auth
