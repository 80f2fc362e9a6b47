#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace desk::auth {

/// The signature algorithms we know (RFC 7518 section 3.1). A key has exactly one; what a token says is only compared with it.
enum class Algorithm : std::uint8_t { HS256, RS256, PS256, ES256 };

constexpr std::string_view to_string(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::HS256: return "HS256";
        case Algorithm::RS256: return "RS256";
        case Algorithm::PS256: return "PS256";
        case Algorithm::ES256: return "ES256";
    }
    return "";
}

/// The exact spelling only: algorithm names are case-sensitive.
constexpr std::optional<Algorithm> parse_algorithm(std::string_view name) {
    for (const auto algorithm : {Algorithm::HS256, Algorithm::RS256, Algorithm::PS256, Algorithm::ES256}) {
        if (name == to_string(algorithm)) return algorithm;
    }
    return std::nullopt;
}

}  // namespace desk::auth
