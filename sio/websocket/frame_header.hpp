#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sio/websocket/mask.hpp"

namespace sio::websocket {

enum class Opcode : std::uint8_t { Continuation = 0x0, Text = 0x1, Binary = 0x2, Close = 0x8, Ping = 0x9, Pong = 0xA };

constexpr bool is_control(Opcode opcode) { return static_cast<unsigned>(opcode) >= 0x8; }

/// A client's frame header (RFC 6455, section 5.2).
struct FrameHeader {
    Opcode opcode = Opcode::Continuation;
    bool fin = false;
    bool compressed = false;  ///< RSV1 (RFC 7692, section 6)
    std::uint64_t length = 0;
    MaskKey mask{};
    std::size_t size = 0;  ///< of the header itself
};

/// What the receiver's state allows in the next header.
struct HeaderRules {
    bool in_message = false;  ///< a fragmented message is under way
    bool deflate = false;     ///< RSV1 has a meaning
    std::uint64_t room = 0;   ///< bytes the message may still take
};

enum class HeaderVerdict : std::uint8_t { NeedMore, Complete, ProtocolError, TooBig };

/// Reads the header at the front of `bytes`, judging each byte as soon as it is there, so that the verdict does not depend on how they are
/// cut. Refused: RSV bits without meaning, unknown opcodes, control frames that are long or fragmented, a continuation of nothing, a new
/// message inside another, no mask, a length that is not written as shortly as it could be, or has its highest bit set.  Thread: any.
HeaderVerdict read_header(std::string_view bytes, const HeaderRules& rules, FrameHeader& header);

/// An unmasked header as servers send it.
class HeaderBytes {
public:
    HeaderBytes(Opcode opcode, bool compressed, std::size_t length);
    operator std::string_view() const { return {bytes_.data(), size_}; }

private:
    std::array<char, 10> bytes_;
    std::size_t size_ = 2;
};

}  // namespace sio::websocket
