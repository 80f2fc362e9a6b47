#include "sio/runtime/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdio>
#include <cstdlib>
#include <limits>

namespace sio::runtime {

namespace {

[[noreturn]] void give_up(const char* algorithm) {
    std::fprintf(stderr, "OpenSSL does not provide %s\n", algorithm);
    std::abort();
}

// Fetched once: looking an algorithm up at each call takes longer than hashing a hand-shake's key.
EVP_MD* fetch(const char* algorithm) {
    EVP_MD* const md = EVP_MD_fetch(nullptr, algorithm, nullptr);
    if (md == nullptr) give_up(algorithm);
    return md;
}

unsigned char* raw(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

template <class Digest>
Digest digest(std::string_view data, const EVP_MD* md, const char* algorithm) {
    Digest result;
    if (EVP_Digest(data.data(), data.size(), raw(result.data()), nullptr, md, nullptr) != 1) give_up(algorithm);
    return result;
}

const EVP_MD* sha256_algorithm() {
    static EVP_MD* const md = fetch("SHA256");
    return md;
}

}  // namespace

Sha1 sha1(std::string_view data) {
    static EVP_MD* const md = fetch("SHA1");
    return digest<Sha1>(data, md, "SHA1");
}

Sha256 sha256(std::string_view data) { return digest<Sha256>(data, sha256_algorithm(), "SHA256"); }

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
    // RFC 2104: a key longer than a block is replaced by its digest; also keeps the size within HMAC()'s int.
    Sha256 short_key;
    if (key.size() > 64) {
        short_key = sha256(key);
        key = bytes_of(short_key);
    }
    Sha256 result;
    unsigned size = 0;
    const unsigned char* const made = HMAC(sha256_algorithm(), key.empty() ? "" : key.data(), static_cast<int>(key.size()),
                                           raw(data.data()), data.size(), raw(result.data()), &size);
    if (made == nullptr || size != result.size()) give_up("HMAC-SHA256");
    return result;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sio::runtime
