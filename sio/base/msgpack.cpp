#include "sio/base/msgpack.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#define MSGPACK_NO_BOOST
#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

#include "sio/base/utf8.hpp"

namespace sio::msgpack {

namespace {

constexpr std::uint8_t kTimestamp = 0xFF;  // extension type -1
constexpr double kExactIntegers = 9007199254740992.0;

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

/// Takes what the library reads, keeps the bounds, hands it on. Each method returns false to stop the library; `error` then tells why.
class Visitor : public ::msgpack::null_visitor {
public:
    Visitor(Events& events, ReadLimits limits, std::size_t input_size) : events_(events), limits_(limits), input_size_(input_size) {}

    bool visit_nil() { return take(&Events::on_nil); }
    bool visit_boolean(bool flag) { return take(&Events::on_boolean, flag); }
    bool visit_positive_integer(std::uint64_t number) {
        constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
        return number > kMax ? take(&Events::on_unsigned, number) : take(&Events::on_integer, static_cast<std::int64_t>(number));
    }
    bool visit_negative_integer(std::int64_t number) { return take(&Events::on_integer, number); }
    bool visit_float32(float number) { return take(&Events::on_double, double{number}); }
    bool visit_float64(double number) { return take(&Events::on_double, number); }
    bool visit_bin(const char* data, std::uint32_t size) { return take(&Events::on_binary, std::string_view(data, size)); }

    bool visit_str(const char* data, std::uint32_t size) {
        const std::string_view text(data, size);
        if (!utf8::valid(text)) return stop(ErrorCode::BadUtf8, "msgpack string");
        if (!in_key_) return take(&Events::on_string, text);
        in_key_ = false;
        return passed(events_.on_key(text));
    }

    /// `data` begins with the extension's type.
    bool visit_ext(const char* data, std::uint32_t size) {
        const auto type = static_cast<std::uint8_t>(data[0]);
        const std::string_view body(data + 1, size - 1);
        if (type == 0 && body == std::string_view("\0", 1)) return visit_nil();
        if (type != kTimestamp) return stop(ErrorCode::BadPacket, "msgpack extension");
        std::int64_t seconds = 0;
        std::uint64_t nanoseconds = 0;
        switch (body.size()) {
            case 4: seconds = static_cast<std::int64_t>(big_endian(body)); break;
            case 8: {
                const std::uint64_t both = big_endian(body);
                nanoseconds = both >> 34;
                seconds = static_cast<std::int64_t>(both & ((std::uint64_t{1} << 34) - 1));
                break;
            }
            case 12:
                nanoseconds = big_endian(body.substr(0, 4));
                seconds = static_cast<std::int64_t>(big_endian(body.substr(4)));
                break;
            default: return stop(ErrorCode::BadPacket, "msgpack timestamp");
        }
        if (nanoseconds > 999'999'999) return stop(ErrorCode::BadPacket, "msgpack timestamp");
        return take(&Events::on_timestamp, seconds, static_cast<std::uint32_t>(nanoseconds));
    }

    bool start_array(std::uint32_t count) { return open(count) && take(&Events::on_array, std::size_t{count}); }
    bool start_map(std::uint32_t count) { return open(std::uint64_t{count} * 2) && take(&Events::on_map, std::size_t{count}); }
    bool end_array() { return close(&Events::on_array_end); }
    bool end_map() { return close(&Events::on_map_end); }
    bool start_map_key() {
        in_key_ = true;
        return true;
    }

    void parse_error(std::size_t, std::size_t) { stop(ErrorCode::BadPacket, "not msgpack"); }
    void insufficient_bytes(std::size_t, std::size_t) { stop(ErrorCode::BadPacket, "msgpack is cut"); }

    Error error{ErrorCode::BadPacket, {}};

private:
    bool stop(ErrorCode code, const char* detail) {
        error = Error{code, detail};
        return false;
    }

    bool passed(bool wanted) { return wanted || stop(ErrorCode::BadPacket, "refused by the reader"); }

    template <class Event, class... Args>
    bool take(Event event, Args... args) {
        if (in_key_) return stop(ErrorCode::BadPacket, "msgpack key that is no string");
        return passed((events_.*event)(args...));
    }

    /// Each announced value has at least one byte, so the input's size bounds what all containers together may announce.
    bool open(std::uint64_t values) {
        announced_ += values;
        if (announced_ > input_size_) return stop(ErrorCode::BadPacket, "msgpack container longer than its input");
        if (announced_ > limits_.max_values) return stop(ErrorCode::TooLarge, "msgpack values");
        if (++depth_ > limits_.max_depth) return stop(ErrorCode::BadPacket, "msgpack depth");
        return true;
    }

    bool close(bool (Events::*event)()) {
        --depth_;
        return passed((events_.*event)());
    }

    Events& events_;
    ReadLimits limits_;
    std::uint64_t input_size_;
    std::uint64_t announced_ = 1;
    std::size_t depth_ = 0;
    bool in_key_ = false;
};

}  // namespace

void Writer::head(std::uint8_t tag, std::uint64_t number, int bytes) {
    char text[9];
    text[0] = static_cast<char>(tag);
    for (int i = bytes; i > 0; --i, number >>= 8) text[i] = static_cast<char>(number);
    out_.append(text, static_cast<std::size_t>(bytes) + 1);
}

Writer& Writer::nil() {
    head(0xC0, 0, 0);
    return *this;
}

Writer& Writer::boolean(bool flag) {
    head(flag ? 0xC3 : 0xC2, 0, 0);
    return *this;
}

Writer& Writer::integer(std::int64_t number) {
    if (number >= 0) return unsigned_integer(static_cast<std::uint64_t>(number));
    const auto bits = static_cast<std::uint64_t>(number);
    if (number >= -0x20) {
        head(static_cast<std::uint8_t>(bits), 0, 0);
    } else if (number >= std::numeric_limits<std::int8_t>::min()) {
        head(0xD0, bits, 1);
    } else if (number >= std::numeric_limits<std::int16_t>::min()) {
        head(0xD1, bits, 2);
    } else if (number >= std::numeric_limits<std::int32_t>::min()) {
        head(0xD2, bits, 4);
    } else {
        head(0xD3, bits, 8);
    }
    return *this;
}

Writer& Writer::unsigned_integer(std::uint64_t number) {
    if (number < 0x80) {
        head(static_cast<std::uint8_t>(number), 0, 0);
    } else if (number <= 0xFF) {
        head(0xCC, number, 1);
    } else if (number <= 0xFFFF) {
        head(0xCD, number, 2);
    } else if (number <= 0xFFFFFFFF) {
        head(0xCE, number, 4);
    } else {
        head(0xCF, number, 8);
    }
    return *this;
}

Writer& Writer::number(double number) {
    if (std::fabs(number) <= kExactIntegers && std::trunc(number) == number) return integer(static_cast<std::int64_t>(number));
    head(0xCB, std::bit_cast<std::uint64_t>(number), 8);
    return *this;
}

Writer& Writer::string(std::string_view text) {
    if (text.size() < 0x20) {
        head(static_cast<std::uint8_t>(0xA0 | text.size()), 0, 0);
    } else if (text.size() <= 0xFF) {
        head(0xD9, text.size(), 1);
    } else if (text.size() <= 0xFFFF) {
        head(0xDA, text.size(), 2);
    } else {
        head(0xDB, text.size(), 4);
    }
    out_ += text;
    return *this;
}

Writer& Writer::binary(std::string_view bytes) {
    if (bytes.size() <= 0xFF) {
        head(0xC4, bytes.size(), 1);
    } else if (bytes.size() <= 0xFFFF) {
        head(0xC5, bytes.size(), 2);
    } else {
        head(0xC6, bytes.size(), 4);
    }
    out_ += bytes;
    return *this;
}

Writer& Writer::array(std::size_t count) {
    if (count < 0x10) {
        head(static_cast<std::uint8_t>(0x90 | count), 0, 0);
    } else {
        head(count <= 0xFFFF ? 0xDC : 0xDD, count, count <= 0xFFFF ? 2 : 4);
    }
    return *this;
}

Writer& Writer::map(std::size_t count) {
    if (count < 0x10) {
        head(static_cast<std::uint8_t>(0x80 | count), 0, 0);
    } else {
        head(count <= 0xFFFF ? 0xDE : 0xDF, count, count <= 0xFFFF ? 2 : 4);
    }
    return *this;
}

Writer& Writer::timestamp(std::int64_t seconds, std::uint32_t nanoseconds) {
    const auto bits = static_cast<std::uint64_t>(seconds);
    if (bits >> 34 != 0) {
        head(0xC7, 12, 1);
        head(kTimestamp, nanoseconds, 4);
        for (int shift = 56; shift >= 0; shift -= 8) out_ += static_cast<char>(bits >> shift);
    } else if (nanoseconds == 0 && bits <= 0xFFFFFFFF) {
        head(0xD6, kTimestamp, 1);
        for (int shift = 24; shift >= 0; shift -= 8) out_ += static_cast<char>(bits >> shift);
    } else {
        head(0xD7, 0, 0);
        head(kTimestamp, std::uint64_t{nanoseconds} << 34 | bits, 8);
    }
    return *this;
}

Result<void> read(std::string_view bytes, Events& events, ReadLimits limits) {
    if (bytes.size() > limits.max_bytes) return fail(ErrorCode::TooLarge, "msgpack input");
    Visitor visitor(events, limits, bytes.size());
    std::size_t offset = 0;
    // The library's word for success only says that it stopped at a whole value or on purpose, which the error tells apart.
    const bool whole = ::msgpack::parse(bytes.data(), bytes.size(), offset, visitor);
    if (!whole || !visitor.error.detail.empty()) return std::unexpected(visitor.error);
    if (offset != bytes.size()) return fail(ErrorCode::BadPacket, "bytes behind the msgpack value");
    return {};
}

}  // namespace sio::msgpack
