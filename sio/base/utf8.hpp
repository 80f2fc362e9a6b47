#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// UTF-8 by RFC 3629: no surrogates, no overlong forms, nothing past U+10FFFF.  Thread: any (one Utf8Stream: one thread).
namespace sio {

namespace utf8 {

bool valid(std::string_view text);

/// Each maximal bad part becomes one U+FFFD, as the WHATWG decoder does. The result is always valid; valid text comes back unchanged.
std::string repair(std::string_view text);

/// Code points. Pre: valid.
std::size_t count(std::string_view text);

/// The longest prefix of at most `max_bytes` that does not end inside a code point. Pre: valid.
std::string_view truncate(std::string_view text, std::size_t max_bytes);

}  // namespace utf8

/// Checks text that arrives in pieces cut anywhere (fragments of a websocket message, RFC 6455 section 8.1).
/// The verdict is the one `utf8::valid` gives over the joined pieces; a bad text is refused by the first piece that makes it so.
class Utf8Stream {
public:
    /// False: what came so far cannot be the start of valid text. It stays false until `reset`.
    bool feed(std::string_view piece);

    /// At the end of the text: true when no code point is left half-read. Resets.
    bool finish();

    void reset() { *this = Utf8Stream{}; }

private:
    std::array<char, 4> partial_{};  // a code point begun in an earlier piece
    std::uint8_t partial_size_ = 0;
    bool bad_ = false;
};

}  // namespace sio
