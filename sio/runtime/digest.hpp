#pragma once

#include <array>
#include <string_view>

namespace sio::runtime {

/// Digests by OpenSSL, as raw bytes. They do not fail: an OpenSSL without these algorithms ends the program at the first call.
/// Thread: any.
using Sha1 = std::array<char, 20>;
using Sha256 = std::array<char, 32>;

/// For the websocket hand-shake only (RFC 6455, section 4.2.2).
Sha1 sha1(std::string_view data);
Sha256 sha256(std::string_view data);
/// RFC 2104 with SHA-256.
Sha256 hmac_sha256(std::string_view key, std::string_view data);

inline std::string_view bytes_of(const Sha1& digest) { return {digest.data(), digest.size()}; }
inline std::string_view bytes_of(const Sha256& digest) { return {digest.data(), digest.size()}; }

/// Equal, in a time that depends on the sizes only.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace sio::runtime
