#include "sio/base/json_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <charconv>
#include <cmath>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "sio/base/json_tape.hpp"

namespace sio::json {

namespace {

constexpr std::size_t kMaxNumber = 32;
constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

/// For each byte the character behind the backslash of its escape, `u` for the long form, 0 for none.
constexpr auto kEscapes = [] {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
    table['\b'] = 'b';
    table['\t'] = 't';
    table['\n'] = 'n';
    table['\f'] = 'f';
    table['\r'] = 'r';
    table['"'] = '"';
    table['\\'] = '\\';
    return table;
}();

/// Appends what `fill(char*)` writes, at most `max` bytes, without writing zeros there first. `fill` returns its end.
template <class Fill>
void append(std::string& out, std::size_t max, Fill fill) {
    const std::size_t old = out.size();
    out.resize_and_overwrite(old + max, [&](char* data, std::size_t) { return static_cast<std::size_t>(fill(data + old) - data); });
}

bool has_special(std::uint64_t word) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighs = kOnes * 0x80;
    const std::uint64_t quote = word ^ (kOnes * '"');
    const std::uint64_t backslash = word ^ (kOnes * '\\');
    const std::uint64_t control = (word - kOnes * 0x20) & ~word;
    return ((control | ((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash)) & kHighs) != 0;
}

template <class Word>
Word load(const char* from) {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

#if defined(__SSE2__)
/// A bit for each byte that needs an escape.
unsigned special_bits(__m128i bytes) {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
}

/// Copies 16 bytes.
unsigned copy_block(const char* from, char* to) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    return special_bits(bytes);
}

bool any_special(std::uint64_t a, std::uint64_t b) {
    return special_bits(_mm_set_epi64x(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b))) != 0;
}
#else
bool any_special(std::uint64_t a, std::uint64_t b) { return has_special(a) || has_special(b); }
#endif

/// Copies 4 to 16 bytes unless one of them needs an escape: two words that overlap cover each length.
bool copy_short(const char* from, std::size_t size, char* to) {
    if (size >= 8) {
        const auto head = load<std::uint64_t>(from);
        const auto tail = load<std::uint64_t>(from + size - 8);
        if (any_special(head, tail)) return false;
        std::memcpy(to, &head, sizeof head);
        std::memcpy(to + size - 8, &tail, sizeof tail);
        return true;
    }
    const auto head = load<std::uint32_t>(from);
    const auto tail = load<std::uint32_t>(from + size - 4);
    if (has_special(std::uint64_t{head} << 32 | tail)) return false;
    std::memcpy(to, &head, sizeof head);
    std::memcpy(to + size - 4, &tail, sizeof tail);
    return true;
}

/// Copies until the first byte that needs an escape, at which `from` stops. Pre: `to` has room for all bytes up to `end`.
char* copy_clean(const char*& from, const char* end, char* to) {
#if defined(__SSE2__)
    const std::ptrdiff_t size = end - from;
    for (; end - from >= 16; from += 16, to += 16) {
        if (const unsigned special = copy_block(from, to); special != 0) {
            from += std::countr_zero(special);
            return to + std::countr_zero(special);
        }
    }
    if (size >= 16) {  // the last block once more overlaps the one before, which is clean
        const std::ptrdiff_t back = 16 - (end - from);
        const unsigned special = copy_block(end - 16, to - back);
        const int clean = special != 0 ? std::countr_zero(special) : 16;
        from = end - 16 + clean;
        return to - back + clean;
    }
#else
    for (; end - from >= 16 && copy_short(from, 16, to); from += 16) to += 16;
#endif
    const auto left = static_cast<std::size_t>(end - from);
    if (left >= 4 && left < 16 && copy_short(from, left, to)) {
        from = end;
        return to + left;
    }
    while (from != end && kEscapes[static_cast<unsigned char>(*from)] == 0) *to++ = *from++;
    return to;
}

char* write_escape(char c, char* to) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const char escape = kEscapes[static_cast<unsigned char>(c)];
    *to++ = '\\';
    *to++ = escape;
    if (escape != 'u') return to;
    std::memcpy(to, "00", 2);
    to[2] = kDigits[static_cast<unsigned char>(c) >> 4];
    to[3] = kDigits[static_cast<unsigned char>(c) & 15];
    return to + 4;
}

/// The rest of a string from its first escape on, in blocks, so that room for the worst case is asked for a block at a time.
void append_escaped(std::string& out, const char* from, const char* end) {
    constexpr std::ptrdiff_t kBlock = 128;
    while (from != end) {
        const char* block_end = from + std::min(kBlock, end - from);
        append(out, static_cast<std::size_t>(block_end - from) * 6, [&](char* to) {
            while (true) {
                to = copy_clean(from, block_end, to);
                if (from == block_end) return to;
                to = write_escape(*from++, to);
            }
        });
    }
}

enum class Role : bool { Value, Key };

/// `[,]"text"`, and a colon behind a key.
template <Role R>
void append_string(std::string& out, bool comma, std::string_view text) {
    const char* from = text.data();
    const char* end = from + text.size();
    append(out, text.size() + 4, [&](char* to) {
        *to = ',';
        to += comma ? 1 : 0;
        *to++ = '"';
        to = copy_clean(from, end, to);
        if (from != end) return to;
        *to++ = '"';
        if (R == Role::Key) *to++ = ':';
        return to;
    });
    if (from == end) return;
    append_escaped(out, from, end);
    out += R == Role::Key ? "\":" : "\"";
}

void append_open(std::string& out, bool comma, char bracket) {
    append(out, 2, [&](char* to) {
        *to = ',';
        to += comma ? 1 : 0;
        *to++ = bracket;
        return to;
    });
}

void append_raw(std::string& out, bool comma, std::string_view text) {
    append(out, text.size() + 1, [&](char* to) {
        *to = ',';
        to += comma ? 1 : 0;
        std::memcpy(to, text.data(), text.size());
        return to + text.size();
    });
}

template <class I>
void append_integer(std::string& out, bool comma, I number) {
    append(out, kMaxNumber + 1, [&](char* to) {
        *to = ',';
        to += comma ? 1 : 0;
        return std::to_chars(to, to + kMaxNumber, number).ptr;
    });
}

void append_double(std::string& out, bool comma, double number) {
    if (!std::isfinite(number)) return append_raw(out, comma, "null");
    // Also makes 0 of -0, as JSON.stringify has it.
    if (std::fabs(number) < kExactIntegers && std::trunc(number) == number)
        return append_integer(out, comma, static_cast<std::int64_t>(number));
    append(out, kMaxNumber + 1, [&](char* to) {
        *to = ',';
        to += comma ? 1 : 0;
        // The shortest form of 1e20's neighbours is plain digits, which readers take for integers past 64 bits.
        if (std::fabs(number) >= kExactIntegers) return std::to_chars(to, to + kMaxNumber, number, std::chars_format::scientific).ptr;
        return std::to_chars(to, to + kMaxNumber, number).ptr;
    });
}

/// The tape of a value is a flat sequence, so it is copied in one loop; only the kinds of the open containers are remembered.
void append_tape(std::string& out, bool comma, const Tape& tape, std::size_t index) {
    std::bitset<1024 + 2> in_object;  // the parser's depth limit ends at 1024, and an empty container may lie below it
    std::size_t depth = 0;
    bool expect_key = false;
    const std::size_t end = tape.behind(index);
    while (index < end) {
        const char tag = tape.tag(index);
        if (tag == ']' || tag == '}') {
            out += tag;
            --depth;
            comma = true;
            expect_key = in_object[depth];
            ++index;
            continue;
        }
        if (expect_key) {
            append_string<Role::Key>(out, comma, tape.string(index));
            comma = false;
            expect_key = false;
            ++index;
            continue;
        }
        switch (tag) {
            case '[':
            case '{':
                append_open(out, comma, tag);
                in_object[++depth] = tag == '{';
                comma = false;
                expect_key = tag == '{';
                ++index;
                continue;
            case '"': append_string<Role::Value>(out, comma, tape.string(index)); break;
            case 'l': append_integer(out, comma, tape.integer(index)); break;
            case 'u': append_integer(out, comma, tape.unsigned_integer(index)); break;
            case 'd': append_double(out, comma, tape.number(index)); break;
            case 't': append_raw(out, comma, "true"); break;
            case 'f': append_raw(out, comma, "false"); break;
            default: append_raw(out, comma, "null"); break;
        }
        comma = true;
        expect_key = in_object[depth];
        index = tape.behind(index);
    }
}

}  // namespace

Writer& Writer::key(std::string_view name) {
    append_string<Role::Key>(out_, comma_, name);
    comma_ = false;
    return *this;
}

Writer& Writer::raw_key(std::string_view quoted) {
    append_raw(out_, comma_, quoted);
    comma_ = false;
    return *this;
}

Writer& Writer::value(std::string_view text) {
    append_string<Role::Value>(out_, comma_, text);
    comma_ = true;
    return *this;
}

Writer& Writer::value(double number) {
    append_double(out_, comma_, number);
    comma_ = true;
    return *this;
}

Writer& Writer::value(std::nullptr_t) { return value(Raw{"null"}); }

Writer& Writer::value(Raw raw) {
    append_raw(out_, comma_, raw.json.empty() ? std::string_view("null") : raw.json);
    comma_ = true;
    return *this;
}

Writer& Writer::value(Value parsed) {
    if (!parsed.exists()) return value(nullptr);
    append_tape(out_, comma_, *parsed.tape_, parsed.index_);
    comma_ = true;
    return *this;
}

Writer& Writer::open(char bracket) {
    append_open(out_, comma_, bracket);
    comma_ = false;
    return *this;
}

Writer& Writer::close(char bracket) {
    out_ += bracket;
    comma_ = true;
    return *this;
}

Writer& Writer::integer(std::int64_t number) {
    append_integer(out_, comma_, number);
    comma_ = true;
    return *this;
}

Writer& Writer::integer(std::uint64_t number) {
    append_integer(out_, comma_, number);
    comma_ = true;
    return *this;
}

Text object(std::initializer_list<Field> fields) {
    std::string out;
    Writer writer(out);
    writer.begin_object();
    for (const Field& field : fields) field.value.write(writer.key(field.key));
    writer.end_object();
    return Text(std::move(out));
}

Text array(std::initializer_list<Element> elements) {
    std::string out;
    Writer writer(out);
    writer.begin_array();
    for (const Element& element : elements) element.write(writer);
    writer.end_array();
    return Text(std::move(out));
}

}  // namespace sio::json
