#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/runtime/frame.hpp"

namespace sio::engineio {

/// Engine.IO v4 packet types (protocol section 4); the wire has the digit.
enum class PacketType : std::uint8_t { Open, Close, Ping, Pong, Message, Upgrade, Noop };

struct PacketView {
    PacketType type;
    std::string_view data;  ///< borrows from the decoded text
};

/// Decodes one text packet, `<digit><data>`. Errors: BadPacket for no or an unknown digit.
Result<PacketView> decode(std::string_view text);

enum class MessageType : std::uint8_t { Text, Binary };

/// An outgoing message packet, encoded once and shared by every session on every loop it goes to.
/// Text: the frame's payload is `4<data>`. Binary: the payload is the bare bytes (polling adds `b` and base64).
struct Packet {
    runtime::FrameRef frame;
    MessageType type = MessageType::Text;
    bool compress = true;  ///< may be compressed where permessage-deflate or HTTP compression is on
};

/// `packet` begins with its type digit, e.g. `42["hello"]`.
Packet text_packet(std::string_view packet);
Packet binary_packet(std::string_view bytes);

/// Joins packets into a polling payload (protocol section 4.3): 0x1E between them, binary as `b` + base64. Appends to `payload`.
void append_to_payload(const Packet& packet, std::string& payload);
std::string join(std::span<const Packet> packets);

/// One packet of a payload. Binary packets are of type Message, and their data is decoded.
struct PayloadItem {
    PacketView packet;
    bool binary;
};

/// A binary packet from base64, decoded into `scratch` with 64 readable bytes behind it. Errors: BadPacket.
Result<PayloadItem> decode_base64_item(std::string_view text, std::string& scratch);

/// Version 4 joins packets with 0x1E; the forms of version 3 are told in v3_payload.hpp.
enum class PayloadFormat : std::uint8_t { V4, V3Text, V3Bytes };

/// Walks a polling payload packet by packet.
class PayloadReader {
public:
    PayloadReader() = default;
    /// Pre: valid UTF-8, unless V3Bytes.
    explicit PayloadReader(std::string_view payload, PayloadFormat format = PayloadFormat::V4)
        : rest_(payload), more_(true), format_(format) {}
    bool at_end() const { return !more_; }
    /// Pre: not at_end(). `scratch` holds what had to be decoded. Errors: BadPacket (an empty payload or packet, bad base64, unknown
    /// type, a length that cannot be), BadUtf8; nothing can be read after one.
    Result<PayloadItem> next(std::string& scratch);

private:
    Result<PayloadItem> take_separated(std::string& scratch);

    std::string_view rest_;
    bool more_ = false;
    PayloadFormat format_ = PayloadFormat::V4;
};

}  // namespace sio::engineio
