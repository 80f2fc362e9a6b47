#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Small helpers over ASCII bytes. No locale, no allocation unless a string is returned.  Thread: any.
namespace sio {

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Equal but for the case of ASCII letters.
constexpr bool iequals(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    }
    return true;
}

/// Without blanks and tabs at both ends (OWS of RFC 9110).
constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string to_lower(std::string_view text);

/// Two lower-case digits a byte.
std::string hex(std::string_view bytes);

/// Value of one hexadecimal digit of either case, -1 for anything else.
constexpr int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Either case. nullopt: odd length or another character.
std::optional<std::string> unhex(std::string_view digits);

/// Decimal digits only: no sign, no blanks, no overflow, not empty. Leading zeros are accepted.
std::optional<std::uint64_t> parse_decimal(std::string_view digits);

}  // namespace sio
