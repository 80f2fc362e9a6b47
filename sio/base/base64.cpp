#include "sio/base/base64.hpp"

#include <array>

namespace sio::base64 {

namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kForeign = 0xFF;

constexpr std::array<std::uint8_t, 256> reverse(std::string_view characters) {
    std::array<std::uint8_t, 256> table{};
    table.fill(kForeign);
    for (std::size_t i = 0; i < characters.size(); ++i) table[static_cast<unsigned char>(characters[i])] = static_cast<std::uint8_t>(i);
    return table;
}

constexpr auto kStandardValues = reverse(kStandard);
constexpr auto kUrlValues = reverse(kUrl);

char* encode_to(char* to, std::string_view bytes, std::string_view characters, bool padded) {
    const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    for (; left >= 3; left -= 3, from += 3) {
        const unsigned group = static_cast<unsigned>(from[0]) << 16 | static_cast<unsigned>(from[1]) << 8 | from[2];
        *to++ = characters[group >> 18];
        *to++ = characters[group >> 12 & 63];
        *to++ = characters[group >> 6 & 63];
        *to++ = characters[group & 63];
    }
    if (left == 0) return to;
    const unsigned group = static_cast<unsigned>(from[0]) << 16 | (left == 2 ? static_cast<unsigned>(from[1]) << 8 : 0U);
    *to++ = characters[group >> 18];
    *to++ = characters[group >> 12 & 63];
    if (left == 2) *to++ = characters[group >> 6 & 63];
    for (std::size_t i = left; padded && i < 3; ++i) *to++ = '=';
    return to;
}

/// The text without its padding, or an error when that is not as asked for.
Result<std::string_view> strip_padding(std::string_view text, Padding padding) {
    std::string_view bare = text;
    while (bare.size() + 2 > text.size() && bare.ends_with('=')) bare.remove_suffix(1);
    const bool absent = bare.size() == text.size();
    const bool complete = text.size() % 4 == 0;  // with bare.size() % 4 != 1 below, this fixes the number of `=`
    if (bare.size() % 4 == 1) return fail(ErrorCode::BadRequest, "base64: length");
    if (!absent && (padding == Padding::Forbidden || !complete)) return fail(ErrorCode::BadRequest, "base64: padding");
    if (absent && padding == Padding::Required && !complete) return fail(ErrorCode::BadRequest, "base64: padding missing");
    return bare;
}

}  // namespace

void append(std::string& out, std::string_view bytes, Alphabet alphabet, Padding padding) {
    const std::size_t old = out.size();
    const std::size_t size = encoded_size(bytes.size(), padding);
    const std::string_view characters = alphabet == Alphabet::Url ? kUrl : kStandard;
    // g++ 12 calls back with the capacity it took, not with the size asked for.
    out.resize_and_overwrite(old + size, [&](char* data, std::size_t) {
        encode_to(data + old, bytes, characters, padding != Padding::Forbidden);
        return old + size;
    });
}

std::string encode(std::string_view bytes, Alphabet alphabet, Padding padding) {
    std::string out;
    append(out, bytes, alphabet, padding);
    return out;
}

std::string encode_url(std::string_view bytes) { return encode(bytes, Alphabet::Url, Padding::Forbidden); }

Result<void> decode_append(std::string& out, std::string_view text, Alphabet alphabet, Padding padding) {
    const auto bare = strip_padding(text, padding);
    if (!bare) return std::unexpected(bare.error());
    const auto& values = alphabet == Alphabet::Url ? kUrlValues : kStandardValues;
    const auto* from = reinterpret_cast<const unsigned char*>(bare->data());
    const std::size_t groups = bare->size() / 4;
    const std::size_t rest = bare->size() % 4;
    const std::size_t old = out.size();
    std::uint8_t all_bits = 0;  // a foreign character sets the two bits that no value has
    const std::size_t size = old + groups * 3 + (rest == 0 ? 0 : rest - 1);
    out.resize_and_overwrite(size, [&](char* data, std::size_t) {
        char* to = data + old;
        for (std::size_t i = 0; i < groups; ++i, from += 4) {
            const std::uint8_t a = values[from[0]];
            const std::uint8_t b = values[from[1]];
            const std::uint8_t c = values[from[2]];
            const std::uint8_t d = values[from[3]];
            all_bits |= static_cast<std::uint8_t>(a | b | c | d);
            *to++ = static_cast<char>(a << 2 | b >> 4);
            *to++ = static_cast<char>(b << 4 | c >> 2);
            *to++ = static_cast<char>(c << 6 | d);
        }
        if (rest >= 2) {
            const std::uint8_t a = values[from[0]];
            const std::uint8_t b = values[from[1]];
            const std::uint8_t c = rest == 3 ? values[from[2]] : std::uint8_t{0};
            const unsigned unused = rest == 3 ? c & 3U : b & 15U;
            all_bits |= static_cast<std::uint8_t>(a | b | c | (unused != 0 ? kForeign : 0));
            *to++ = static_cast<char>(a << 2 | b >> 4);
            if (rest == 3) *to++ = static_cast<char>(b << 4 | c >> 2);
        }
        return all_bits > 63 ? old : size;
    });
    if (all_bits > 63) return fail(ErrorCode::BadRequest, "base64: character");
    return {};
}

Result<std::string> decode(std::string_view text, Alphabet alphabet, Padding padding) {
    std::string out;
    if (auto done = decode_append(out, text, alphabet, padding); !done) return std::unexpected(std::move(done.error()));
    return out;
}

Result<std::string> decode_url(std::string_view text) { return decode(text, Alphabet::Url, Padding::Forbidden); }

}  // namespace sio::base64
