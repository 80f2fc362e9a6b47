#include "sio/base/json_repair.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include "sio/base/bytes.hpp"

namespace sio::json {

namespace {

constexpr std::string_view kReplacementEscape = "\\ufffd";

/// The unit that `\uXXXX` at `at` stands for.
std::optional<std::uint32_t> unicode_escape(std::string_view text, std::size_t at) {
    if (text.size() - at < 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
    std::uint32_t unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const int digit = hex_digit(text[i]);
        if (digit < 0) return std::nullopt;
        unit = unit << 4 | static_cast<std::uint32_t>(digit);
    }
    return unit;
}

bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// Copies the escape at `at`; returns the index behind it.
std::size_t copy_escape(std::string_view text, std::size_t at, std::string& out) {
    const auto unit = unicode_escape(text, at);
    if (!unit) {
        const std::string_view two = text.substr(at, 2);  // one character when the text ends here
        out += two;
        return at + two.size();
    }
    if (is_high(*unit)) {
        const auto next = at + 6 < text.size() ? unicode_escape(text, at + 6) : std::nullopt;
        if (next && is_low(*next)) {
            out += text.substr(at, 12);
            return at + 12;
        }
    }
    out += is_high(*unit) || is_low(*unit) ? kReplacementEscape : text.substr(at, 6);
    return at + 6;
}

/// Copies from the opening quote at `at` to behind the closing one.
std::size_t copy_string(std::string_view text, std::size_t at, std::string& out) {
    out += text[at++];
    while (at < text.size()) {
        const std::size_t stop = text.find_first_of("\"\\", at);
        out += text.substr(at, stop - at);  // npos - at is as good as npos here
        if (stop == std::string_view::npos) return text.size();
        if (text[stop] == '"') {
            out += '"';
            return stop + 1;
        }
        at = copy_escape(text, stop, out);
    }
    return at;
}

struct Number {
    std::string_view integer;   // digits before the point
    std::string_view fraction;  // digits behind it
    bool negative = false;
    bool plain = true;  // neither point nor exponent
    bool exponent_negative = false;
    std::string_view exponent;
};

std::string_view take_digits(std::string_view& text) {
    std::size_t n = 0;
    while (n < text.size() && is_digit(text[n])) ++n;
    const std::string_view digits = text.substr(0, n);
    text.remove_prefix(n);
    return digits;
}

/// By the grammar of RFC 8259 section 6.
std::optional<Number> split(std::string_view token) {
    Number number;
    if (token.starts_with('-')) {
        number.negative = true;
        token.remove_prefix(1);
    }
    number.integer = take_digits(token);
    if (number.integer.empty() || (number.integer.size() > 1 && number.integer.front() == '0')) return std::nullopt;
    if (token.starts_with('.')) {
        number.plain = false;
        token.remove_prefix(1);
        number.fraction = take_digits(token);
        if (number.fraction.empty()) return std::nullopt;
    }
    if (token.starts_with('e') || token.starts_with('E')) {
        number.plain = false;
        token.remove_prefix(1);
        number.exponent_negative = token.starts_with('-');
        if (token.starts_with('-') || token.starts_with('+')) token.remove_prefix(1);
        number.exponent = take_digits(token);
        if (number.exponent.empty()) return std::nullopt;
    }
    if (!token.empty()) return std::nullopt;
    return number;
}

bool fits_64_bits(std::string_view token, bool negative) {
    const char* end = token.data() + token.size();
    if (negative) {
        std::int64_t parsed = 0;
        return std::from_chars(token.data(), end, parsed).ec == std::errc{};
    }
    std::uint64_t parsed = 0;
    return std::from_chars(token.data(), end, parsed).ec == std::errc{};
}

/// Of a number outside the doubles' range: is it too large, not too small? Its decimal magnitude decides, which is beyond +-300.
bool is_huge(const Number& number) {
    std::int64_t magnitude = 0;
    if (number.integer != "0") {
        magnitude = static_cast<std::int64_t>(number.integer.size());
    } else {
        const std::size_t zeros = number.fraction.find_first_not_of('0');
        magnitude = -static_cast<std::int64_t>(zeros == std::string_view::npos ? number.fraction.size() : zeros);
    }
    constexpr std::int64_t kBeyondAnyText = std::int64_t{1} << 60;
    std::int64_t exponent = 0;
    const std::string_view digits = number.exponent;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), exponent).ec == std::errc::result_out_of_range ||
        exponent > kBeyondAnyText) {
        exponent = kBeyondAnyText;
    }
    return magnitude + (number.exponent_negative ? -exponent : exponent) > 0;
}

void copy_number(std::string_view token, std::string& out) {
    const auto number = split(token);
    if (!number || (number->plain && fits_64_bits(token, number->negative))) {
        out += token;
        return;
    }
    double parsed = 0;
    if (std::from_chars(token.data(), token.data() + token.size(), parsed).ec == std::errc::result_out_of_range) {
        out += is_huge(*number) ? "null" : "0";
        return;
    }
    if (!number->plain) {
        out += token;
        return;
    }
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, parsed, std::chars_format::scientific).ptr;
    out.append(text, end);
}

std::size_t number_end(std::string_view text, std::size_t at) {
    const std::size_t end = text.find_first_not_of("0123456789+-.eE", at);
    return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

void repair(std::string_view text, std::string& out) {
    out.clear();
    out.reserve(text.size() + text.size() / 4 + 16);
    std::size_t at = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = copy_string(text, at, out);
        } else if (c == '-' || is_digit(c)) {
            const std::size_t end = number_end(text, at);
            copy_number(text.substr(at, end - at), out);
            at = end;
        } else {
            out += c;
            ++at;
        }
    }
}

}  // namespace sio::json
