#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"

/// Base64 by RFC 4648.  Thread: any.
namespace sio::base64 {

enum class Alphabet : std::uint8_t {
    Standard,  ///< `+` and `/`, section 4
    Url,       ///< `-` and `_`, section 5
};

enum class Padding : std::uint8_t {
    Required,   ///< written; expected when reading
    Forbidden,  ///< not written; refused when reading
    Optional,   ///< written; expected or wholly absent when reading
};

constexpr std::size_t encoded_size(std::size_t bytes, Padding padding = Padding::Required) {
    if (padding != Padding::Forbidden) return (bytes + 2) / 3 * 4;
    return bytes / 3 * 4 + (bytes % 3 == 0 ? 0 : bytes % 3 + 1);
}

void append(std::string& out, std::string_view bytes, Alphabet alphabet = Alphabet::Standard, Padding padding = Padding::Required);
std::string encode(std::string_view bytes, Alphabet alphabet = Alphabet::Standard, Padding padding = Padding::Required);

/// Without padding, as JWT and ids use it.
std::string encode_url(std::string_view bytes);

/// Strict: no blanks, line ends or foreign characters, and the unused bits of the last character are zero, so that each byte string
/// has one spelling. Errors: BadRequest; nothing is appended then.
Result<void> decode_append(std::string& out, std::string_view text, Alphabet alphabet = Alphabet::Standard,
                           Padding padding = Padding::Required);
Result<std::string> decode(std::string_view text, Alphabet alphabet = Alphabet::Standard, Padding padding = Padding::Required);
Result<std::string> decode_url(std::string_view text);

}  // namespace sio::base64
