#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sio/engineio/packet.hpp"
#include "sio/engineio/revision.hpp"

/// Engine.IO 3 on the wire, where it differs from 4 (protocol revision 3, sections "Encoding" and "Transports"). Thread: any.
namespace sio::engineio::v3 {

/// A text payload: `<length>:<packet>` again and again, lengths in UTF-16 units, binary as `b4` + base64. Takes one packet off the
/// front of `rest`; one of length 0 reads as a no-op. Pre: valid UTF-8, not empty. Errors: BadPacket (no length, one that is longer
/// than what follows or ends inside a surrogate pair, bad base64, unknown type).
Result<PayloadItem> take_from_text(std::string_view& rest, std::string& scratch);

/// A payload of bytes: for each packet 0 (text) or 1 (binary), the digits of its length in bytes as bytes 0 to 9, 255, the packet; a
/// binary one begins with byte 4. Takes one packet off the front of `rest`. Pre: not empty. Errors: BadPacket, BadUtf8.
Result<PayloadItem> take_from_bytes(std::string_view& rest, std::string& scratch);

/// A websocket message: text as in version 4 or `b4` + base64, binary with a leading byte 4. Pre: text is valid UTF-8.
/// Errors: BadPacket.
Result<PayloadItem> decode_message(MessageType type, std::string_view message, std::string& scratch);

struct Payload {
    std::string bytes;
    bool binary = false;  ///< the form of bytes, to be sent as application/octet-stream
};
/// The form of bytes only where there is binary among the packets and the client takes it.
Payload join(std::span<const Packet> packets, Revision revision);

/// The message that carries a binary packet on a websocket. Pre: `packet` is binary.
Packet for_websocket(const Packet& packet, Revision revision);

/// UTF-16 units. Pre: valid UTF-8.
std::size_t utf16_length(std::string_view text);

}  // namespace sio::engineio::v3
