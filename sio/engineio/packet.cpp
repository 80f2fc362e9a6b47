#include "sio/engineio/packet.hpp"

#include "sio/base/base64.hpp"
#include "sio/engineio/v3_payload.hpp"
#include "sio/websocket/connection.hpp"

namespace sio::engineio {

namespace {
constexpr char kRecordSeparator = '\x1e';
}

Result<PacketView> decode(std::string_view text) {
    if (text.empty()) return fail(ErrorCode::BadPacket, "empty packet");
    const unsigned digit = static_cast<unsigned char>(text.front()) - unsigned{'0'};
    if (digit > static_cast<unsigned>(PacketType::Noop)) return fail(ErrorCode::BadPacket, "unknown packet type");
    return PacketView{static_cast<PacketType>(digit), text.substr(1)};
}

Packet text_packet(std::string_view packet) { return {websocket::encode(websocket::MessageType::Text, packet), MessageType::Text}; }

Packet binary_packet(std::string_view bytes) { return {websocket::encode(websocket::MessageType::Binary, bytes), MessageType::Binary}; }

void append_to_payload(const Packet& packet, std::string& payload) {
    if (!payload.empty()) payload += kRecordSeparator;
    if (packet.type == MessageType::Binary) {
        payload += 'b';
        base64::append(payload, packet.frame->payload());
    } else {
        payload += packet.frame->payload();
    }
}

std::string join(std::span<const Packet> packets) {
    std::size_t size = packets.size();
    for (const Packet& packet : packets) size += packet.frame->payload().size();
    std::string payload;
    payload.reserve(size);
    for (const Packet& packet : packets) append_to_payload(packet, payload);
    return payload;
}

Result<PayloadItem> decode_base64_item(std::string_view text, std::string& scratch) {
    scratch.clear();
    if (!base64::decode_append(scratch, text, base64::Alphabet::Standard, base64::Padding::Optional)) {
        return sio::fail(ErrorCode::BadPacket, "bad base64");
    }
    const std::size_t size = scratch.size();
    scratch.append(64, '\0');
    return PayloadItem{{PacketType::Message, std::string_view(scratch).substr(0, size)}, true};
}

Result<PayloadItem> PayloadReader::next(std::string& scratch) {
    if (format_ == PayloadFormat::V4) return take_separated(scratch);
    if (rest_.empty()) return sio::fail(ErrorCode::BadPacket, "empty payload");
    auto item = format_ == PayloadFormat::V3Text ? v3::take_from_text(rest_, scratch) : v3::take_from_bytes(rest_, scratch);
    more_ = !rest_.empty();
    return item;
}

Result<PayloadItem> PayloadReader::take_separated(std::string& scratch) {
    const std::size_t end = rest_.find(kRecordSeparator);
    const std::string_view text = rest_.substr(0, end);
    more_ = end != std::string_view::npos;
    rest_ = more_ ? rest_.substr(end + 1) : std::string_view{};
    if (text.starts_with('b')) return decode_base64_item(text.substr(1), scratch);
    auto packet = decode(text);
    if (!packet) return std::unexpected(std::move(packet.error()));
    return PayloadItem{*packet, false};
}

}  // namespace sio::engineio
