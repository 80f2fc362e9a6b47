#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sio/base/result.hpp"

namespace sio::detail {

/// Socket.IO protocol revision 5.
enum class PacketType : std::uint8_t { Connect, Disconnect, Event, Ack, ConnectError, BinaryEvent, BinaryAck };

/// The parts of `<type>[<attachments>-][<namespace>,][<ack id>][json]`; views borrow from the text.
struct PacketView {
    PacketType type = PacketType::Connect;
    std::size_t attachments = 0;  ///< binary messages that follow
    std::string_view nsp = "/";
    std::optional<std::uint64_t> ack_id;
    std::string_view json;  ///< not parsed yet; may be empty
};

/// Splits a packet (protocol 1.4). Stricter than the reference parser where that one guesses: an acknowledgement id is digits as
/// JavaScript prints an integer up to 2^53 - 1, an attachment count a number in [1, max_attachments] without leading zeros.
/// Errors: BadPacket, TooLarge (more attachments than `max_attachments`).
Result<PacketView> decode_packet(std::string_view text, std::size_t max_attachments);

}  // namespace sio::detail
