#include "sio/base/utf8.hpp"

#include <simdjson.h>

#include <algorithm>

namespace sio {

namespace {

struct Lead {
    std::uint8_t size = 0;  // of the sequence, 0 for a byte that starts none
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xBF;  // bounds of the second byte
};

/// RFC 3629 section 4: the second byte's bounds exclude overlong forms, surrogates and what lies past U+10FFFF.
constexpr Lead lead(unsigned char c) {
    if (c < 0x80) return {1};
    if (c < 0xC2) return {};
    if (c < 0xE0) return {2};
    if (c == 0xE0) return {3, 0xA0, 0xBF};
    if (c == 0xED) return {3, 0x80, 0x9F};
    if (c < 0xF0) return {3};
    if (c == 0xF0) return {4, 0x90, 0xBF};
    if (c < 0xF4) return {4};
    if (c == 0xF4) return {4, 0x80, 0x8F};
    return {};
}

/// How many bytes at the front belong together: a whole sequence, or as much of one as is there and good. At least 1.
struct Step {
    std::size_t size;
    bool whole;
    bool cut;  // good so far, but the text ends
};

Step step(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const Lead first = lead(byte(0));
    if (first.size == 0) return {1, false, false};
    for (std::size_t i = 1; i < first.size; ++i) {
        if (i == text.size()) return {i, false, true};
        const bool good = i == 1 ? byte(i) >= first.low && byte(i) <= first.high : byte(i) >= 0x80 && byte(i) <= 0xBF;
        if (!good) return {i, false, false};
    }
    return {first.size, true, false};
}

/// Where the last code point begins if the text ends inside it, else the text's size.
std::size_t unfinished_tail(std::string_view text) {
    const std::size_t from = text.size() - std::min<std::size_t>(3, text.size());
    for (std::size_t i = text.size(); i-- > from;) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x80) return text.size();
        if (c >= 0xC0) return step(text.substr(i)).cut ? i : text.size();
    }
    return text.size();
}

}  // namespace

namespace utf8 {

bool valid(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::string repair(std::string_view text) {
    if (valid(text)) return std::string(text);
    std::string good;
    good.reserve(text.size() + 16);
    while (!text.empty()) {
        const Step next = step(text);
        good += next.whole ? text.substr(0, next.size) : std::string_view("\xEF\xBF\xBD");
        text.remove_prefix(next.size);
    }
    return good;
}

std::size_t count(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string_view truncate(std::string_view text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return text;
    while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xC0) == 0x80) --max_bytes;
    return text.substr(0, max_bytes);
}

}  // namespace utf8

bool Utf8Stream::feed(std::string_view piece) {
    if (bad_) return false;
    while (partial_size_ > 0 && !piece.empty()) {
        partial_[partial_size_++] = piece.front();
        piece.remove_prefix(1);
        const Step next = step({partial_.data(), partial_size_});
        if (next.whole) {
            partial_size_ = 0;
        } else if (!next.cut) {
            bad_ = true;
            return false;
        }
    }
    const std::size_t tail = unfinished_tail(piece);
    if (!utf8::valid(piece.substr(0, tail))) {
        bad_ = true;
        return false;
    }
    if (tail < piece.size()) {
        partial_size_ = static_cast<std::uint8_t>(piece.copy(partial_.data(), partial_.size(), tail));
    }
    return true;
}

bool Utf8Stream::finish() {
    const bool whole = !bad_ && partial_size_ == 0;
    reset();
    return whole;
}

}  // namespace sio
