#pragma once

#include <cstdint>
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

/// Walks a polling payload packet by packet.
class PayloadReader {
public:
    PayloadReader() = default;
    explicit PayloadReader(std::string_view payload) : rest_(payload), more_(true) {}
    /// False at the end. Binary packets come decoded, in `scratch`, as Message with `binary` set. Errors: BadPacket (empty packet, bad
    /// base64, unknown type).
    struct Item {
        PacketView packet;
        bool binary;
    };
    bool at_end() const { return !more_; }
    Result<Item> next(std::string& scratch);

private:
    std::string_view rest_;
    bool more_ = false;
};

}  // namespace sio::engineio
