#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Private to json*.cpp: simdjson's parsed document as it lies in memory, by its published description (doc/tape.md). A tape is a sequence
/// of 64-bit words, the upper 8 bits a type, the lower 56 a payload: `[` and `{` hold the index behind their closing word and in
/// bits 32..55 the number of elements (saturated), `"` an offset into the string bytes (32-bit length, bytes), `l` `u` `d` are followed by
/// a word with the number.
namespace sio::json {

struct Tape {
    const std::uint64_t* words = nullptr;
    const std::uint8_t* strings = nullptr;

    char tag(std::size_t index) const { return static_cast<char>(words[index] >> 56); }

    std::size_t behind(std::size_t index) const {
        switch (tag(index)) {
            case '[':
            case '{': return static_cast<std::uint32_t>(words[index]);
            case 'l':
            case 'u':
            case 'd': return index + 2;
            default: return index + 1;
        }
    }

    std::string_view string(std::size_t index) const {
        const std::uint8_t* begin = strings + (words[index] & kPayload);
        std::uint32_t size = 0;
        std::memcpy(&size, begin, sizeof size);
        return {reinterpret_cast<const char*>(begin) + sizeof size, size};
    }

    std::uint32_t saturated_count(std::size_t index) const { return static_cast<std::uint32_t>(words[index] >> 32) & kCountLimit; }

    std::int64_t integer(std::size_t index) const { return static_cast<std::int64_t>(words[index + 1]); }
    std::uint64_t unsigned_integer(std::size_t index) const { return words[index + 1]; }
    double number(std::size_t index) const { return std::bit_cast<double>(words[index + 1]); }

    static constexpr std::uint64_t kPayload = (std::uint64_t{1} << 56) - 1;
    static constexpr std::uint32_t kCountLimit = 0xFFFFFF;
};

}  // namespace sio::json
