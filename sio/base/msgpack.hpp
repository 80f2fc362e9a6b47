#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"

/// MessagePack as notepack.io speaks it, which Socket.IO's msgpack parser and adapters use (protocol section 2).  Thread: any.
namespace sio::msgpack {

/// Appends to a string. Integers take their shortest form; doubles are float64, but for integral ones within +-2^53, which are integers as
/// in JavaScript. Pre: strings are valid UTF-8; sizes fit 32 bits; as many elements follow as `array` and `map` announce.
class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    Writer& nil();
    Writer& boolean(bool flag);
    Writer& integer(std::int64_t number);
    Writer& unsigned_integer(std::uint64_t number);
    Writer& number(double number);
    Writer& string(std::string_view text);
    Writer& binary(std::string_view bytes);
    /// Follow it by `count` values.
    Writer& array(std::size_t count);
    /// Follow it by `count` pairs of a string and a value.
    Writer& map(std::size_t count);
    /// Seconds and nanoseconds since 1970 in the shortest of the three timestamp forms (extension -1).
    Writer& timestamp(std::int64_t seconds, std::uint32_t nanoseconds);

private:
    void head(std::uint8_t tag, std::uint64_t number, int bytes);

    std::string& out_;
};

struct ReadLimits {
    std::size_t max_bytes = std::size_t{16} << 20;  ///< of the whole input, and so of each string
    std::size_t max_depth = 64;                     ///< arrays and maps within each other
    std::size_t max_values = 1'000'000;             ///< values and keys altogether
};

/// Receives what `read` meets, in order. Views borrow from the input. Return false to stop.
class Events {
public:
    virtual ~Events() = default;
    virtual bool on_nil() = 0;
    virtual bool on_boolean(bool flag) = 0;
    virtual bool on_integer(std::int64_t number) = 0;
    virtual bool on_unsigned(std::uint64_t number) = 0;  ///< only above int64
    virtual bool on_double(double number) = 0;
    virtual bool on_string(std::string_view text) = 0;  ///< valid UTF-8
    virtual bool on_binary(std::string_view bytes) = 0;
    virtual bool on_timestamp(std::int64_t seconds, std::uint32_t nanoseconds) = 0;
    virtual bool on_array(std::size_t count) = 0;  ///< `count` values follow, then on_array_end
    virtual bool on_array_end() = 0;
    virtual bool on_map(std::size_t count) = 0;  ///< `count` times on_key and a value follow, then on_map_end
    virtual bool on_key(std::string_view text) = 0;
    virtual bool on_map_end() = 0;
};

/// Reads exactly one value that fills `bytes`. notepack.io's undefined (`d4 00 00`) comes as nil. Counts are checked against the bytes that
/// are left, so a short input cannot announce a large container. Errors: BadPacket (malformed, cut, something behind it, too deep, key not
/// a string, unknown extension, stopped by `events`), BadUtf8, TooLarge.
Result<void> read(std::string_view bytes, Events& events, ReadLimits limits = {});

}  // namespace sio::msgpack
