#include "desk/auth/compact.hpp"

#include <array>
#include <cstdint>

namespace desk::auth {
namespace {

constexpr std::uint8_t kForeign = 0xff;

constexpr std::array<std::uint8_t, 256> kDigits = [] {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<std::uint8_t, 256> digits{};
    digits.fill(kForeign);
    for (std::size_t i = 0; i < alphabet.size(); ++i) digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return digits;
}();

std::uint8_t digit(char c) { return kDigits[static_cast<unsigned char>(c)]; }

}  // namespace

bool canonical_base64url(std::string_view text) {
    std::uint8_t seen = 0;
    for (const char c : text) seen |= digit(c);
    if (seen >= 64) return false;  // kForeign, or'ed in, leaves a bit above the six
    switch (text.size() % 4) {
        case 0: return true;
        case 2: return (digit(text.back()) & 0x0f) == 0;
        case 3: return (digit(text.back()) & 0x03) == 0;
        default: return false;
    }
}

std::expected<CompactParts, AuthFailure> split(std::string_view token) {
    if (token.empty()) return std::unexpected(AuthFailure{AuthReason::Missing});
    if (token.size() > kMaxTokenBytes) return std::unexpected(AuthFailure{AuthReason::TooLarge});
    const std::unexpected malformed(AuthFailure{AuthReason::Malformed});
    const auto first = token.find('.');
    if (first == std::string_view::npos) return malformed;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos) return malformed;
    // A third dot is no digit of base64url and fails below.
    const CompactParts parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
    for (const auto part : {parts.header, parts.payload, parts.signature}) {
        if (part.empty() || !canonical_base64url(part)) return malformed;
    }
    return parts;
}

}  // namespace desk::auth
