#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

/// Tokens of any shape, made with OpenSSL alone, so that tests do not ask cjose about cjose.
namespace desk::auth::testing {

inline constexpr std::string_view kSecret = "test-secret-test-secret-test-secret";
inline constexpr std::int64_t kNow = 1'800'000'000;  ///< the tests' time, seconds
inline constexpr std::string_view kHs256 = R"({"alg":"HS256","typ":"JWT"})";
inline constexpr std::string_view kAnn =
    R"({"sub":"ann","name":"Ann","org":"acme","teams":["t1","t2"],"role":"agent","iat":1799999000,"exp":1800003600})";

/// base64url(header) . base64url(payload) . HMAC-SHA256 (or `digest`) over both.
std::string craft_hmac(std::string_view header, std::string_view payload, std::string_view secret = kSecret,
                       const EVP_MD* digest = EVP_sha256());

/// kAnn's claims with one member more, or another one in its place: `with("role", "\"root\"")`; an empty value takes it away.
std::string with(std::string_view claim, std::string_view json_value);

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;

PrivateKey make_rsa(unsigned bits);
PrivateKey make_ec(const char* curve);
std::string public_pem(EVP_PKEY* key);
std::string private_pem(EVP_PKEY* key);
std::string certificate_pem(EVP_PKEY* key);

enum class Scheme : unsigned char { Rs256, Ps256, Es256 };
std::string craft_signed(std::string_view header, std::string_view payload, EVP_PKEY* key, Scheme scheme);

}  // namespace desk::auth::testing
