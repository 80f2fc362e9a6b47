#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "desk/auth/failure.hpp"

namespace desk::auth {

inline constexpr std::size_t kMaxTokenBytes = 8 * 1024;

/// The three parts of a JWS in compact form (RFC 7515 section 7.1), still in base64url. Views into the token.
struct CompactParts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
};

/// Splits a token into exactly three parts that are not empty. Reasons: Missing, TooLarge, Malformed.
std::expected<CompactParts, AuthFailure> split(std::string_view token);

/// True for base64url without padding whose unused bits are zero, so that each byte string has one spelling.
bool canonical_base64url(std::string_view text);

}  // namespace desk::auth
