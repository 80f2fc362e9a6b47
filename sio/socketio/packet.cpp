#include "sio/socketio/packet.hpp"

#include "sio/base/bytes.hpp"

namespace sio::detail {
namespace {

constexpr std::uint64_t kMaxSafeInteger = (std::uint64_t{1} << 53) - 1;
constexpr std::size_t kMaxSafeDigits = 16;

/// Takes leading digits off `text`.
std::string_view take_digits(std::string_view& text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count])) ++count;
    const auto digits = text.substr(0, count);
    text.remove_prefix(count);
    return digits;
}

/// The number that JavaScript prints as exactly these digits; nullopt for leading zeros and what a double cannot hold exactly.
std::optional<std::uint64_t> exact_integer(std::string_view digits) {
    if (digits.empty() || digits.size() > kMaxSafeDigits || (digits.front() == '0' && digits.size() > 1)) return std::nullopt;
    const auto value = parse_decimal(digits);
    return value && *value <= kMaxSafeInteger ? value : std::nullopt;
}

bool is_binary(PacketType type) { return type == PacketType::BinaryEvent || type == PacketType::BinaryAck; }

/// What the type asks of the parts that every packet may have.
Result<PacketView> checked(const PacketView& packet) {
    const bool has_json = !packet.json.empty();
    switch (packet.type) {
        case PacketType::Connect:
        case PacketType::ConnectError:
            if (packet.ack_id) return fail(ErrorCode::BadPacket, "acknowledgement id out of place");
            break;
        case PacketType::Disconnect:
            if (packet.ack_id || has_json) return fail(ErrorCode::BadPacket, "disconnect packet with content");
            break;
        case PacketType::Event:
        case PacketType::BinaryEvent:
            if (!has_json) return fail(ErrorCode::BadPacket, "event without content");
            break;
        case PacketType::Ack:
        case PacketType::BinaryAck:
            if (!packet.ack_id || !has_json) return fail(ErrorCode::BadPacket, "incomplete acknowledgement");
            break;
    }
    return packet;
}

}  // namespace

Result<PacketView> decode_packet(std::string_view text, std::size_t max_attachments) {
    if (text.empty() || text.front() < '0' || text.front() > '6') return fail(ErrorCode::BadPacket, "unknown packet type");
    PacketView packet;
    packet.type = static_cast<PacketType>(text.front() - '0');
    text.remove_prefix(1);

    if (is_binary(packet.type)) {
        const auto count = exact_integer(take_digits(text));
        if (!count || *count == 0 || text.empty() || text.front() != '-') return fail(ErrorCode::BadPacket, "bad attachment count");
        if (*count > max_attachments) return fail(ErrorCode::TooLarge, "too many attachments");
        packet.attachments = static_cast<std::size_t>(*count);
        text.remove_prefix(1);
    }
    if (!text.empty() && text.front() == '/') {
        const auto comma = text.find(',');
        packet.nsp = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    if (!text.empty() && is_digit(text.front())) {
        packet.ack_id = exact_integer(take_digits(text));
        if (!packet.ack_id) return fail(ErrorCode::BadPacket, "bad acknowledgement id");
    }
    packet.json = text;
    return checked(packet);
}

}  // namespace sio::detail
