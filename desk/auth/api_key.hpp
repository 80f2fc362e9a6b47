#pragma once

#include <string>
#include <string_view>

/// Keys of backends: `idk_` and 48 random hexadecimal digits, so that nobody takes one for a token, and a scanner of secrets knows one
/// when it sees it. Only the hash is kept; with 192 random bits behind it a slow hash would add nothing.  Thread: any.
namespace desk::auth {

inline constexpr std::string_view kApiKeyPrefix = "idk_";

std::string make_api_key();

/// By its prefix alone: what begins like a key is checked as one.
constexpr bool is_api_key(std::string_view bearer) { return bearer.starts_with(kApiKeyPrefix); }

/// SHA-256, hexadecimal.
std::string api_key_hash(std::string_view key);

}  // namespace desk::auth
