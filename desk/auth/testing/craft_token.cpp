#include "desk/auth/testing/craft_token.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <map>
#include <vector>

#include "sio/base/base64.hpp"

namespace desk::auth::testing {
namespace {

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string signing_input(std::string_view header, std::string_view payload) {
    return sio::base64::encode_url(header) + "." + sio::base64::encode_url(payload);
}

template <class Write>
std::string written(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

/// ASN.1 as OpenSSL gives it -> r and s, 32 bytes each, as JWS wants it (RFC 7518 section 3.4).
std::string flat(const std::string& der) {
    const auto* data = bytes(der);
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())),
                                                                          ECDSA_SIG_free);
    std::string out(64, '\0');
    auto* to = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + 32, 32);
    return out;
}

}  // namespace

std::string craft_hmac(std::string_view header, std::string_view payload, std::string_view secret, const EVP_MD* digest) {
    const auto input = signing_input(header, payload);
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    HMAC(digest, secret.data(), static_cast<int>(secret.size()), bytes(input), input.size(), mac.data(), &size);
    return input + "." + sio::base64::encode_url({reinterpret_cast<const char*>(mac.data()), size});
}

std::string with(std::string_view claim, std::string_view json_value) {
    std::map<std::string, std::string, std::less<>> claims{
        {"sub", R"("ann")"},    {"name", R"("Ann")"},  {"org", R"("acme")"},  {"teams", R"(["t1","t2"])"},
        {"role", R"("agent")"}, {"iat", "1799999000"}, {"exp", "1800003600"},
    };
    claims[std::string(claim)] = json_value;
    std::string json = "{";
    for (const auto& [name, value] : claims) {
        if (value.empty()) continue;
        if (json.size() > 1) json += ',';
        json.append("\"").append(name).append("\":").append(value);
    }
    return json + "}";
}

PrivateKey make_rsa(unsigned bits) { return PrivateKey(EVP_RSA_gen(bits)); }
PrivateKey make_ec(const char* curve) { return PrivateKey(EVP_EC_gen(curve)); }

std::string public_pem(EVP_PKEY* key) {
    return written([&](BIO* bio) { PEM_write_bio_PUBKEY(bio, key); });
}

std::string private_pem(EVP_PKEY* key) {
    return written([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string certificate_pem(EVP_PKEY* key) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key);
    X509_sign(certificate.get(), key, EVP_sha256());
    return written([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); });
}

std::string craft_signed(std::string_view header, std::string_view payload, EVP_PKEY* key, Scheme scheme) {
    const auto input = signing_input(header, payload);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* options = nullptr;  // owned by context
    EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, key);
    if (scheme == Scheme::Ps256) {
        EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    }
    std::size_t size = 0;
    EVP_DigestSign(context.get(), nullptr, &size, bytes(input), input.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes(input), input.size());
    signature.resize(size);
    if (scheme == Scheme::Es256) signature = flat(signature);
    return input + "." + sio::base64::encode_url(signature);
}

}  // namespace desk::auth::testing
