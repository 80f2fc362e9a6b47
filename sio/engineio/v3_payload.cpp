#include "sio/engineio/v3_payload.hpp"

#include <algorithm>
#include <optional>

#include "sio/base/base64.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/utf8.hpp"

namespace sio::engineio::v3 {

namespace {

constexpr std::size_t kMaxDigits = 10;
constexpr char kBinaryType = '\x04';
constexpr std::string_view kBase64Type = "b4";
constexpr char kText = '\x00';
constexpr char kBytes = '\x01';
constexpr char kEndOfLength = '\xff';

/// The number that a writer would have written as exactly these digits.
std::optional<std::size_t> number(std::string_view digits) {
    if (digits.empty() || (digits.front() == '0' && digits.size() > 1)) return std::nullopt;
    return parse_decimal(digits);
}

/// Where the units end in `text`; nullopt when it is too short or they end inside a surrogate pair.
std::optional<std::size_t> end_of_units(std::string_view text, std::size_t units) {
    if (units > text.size()) return std::nullopt;
    std::size_t at = 0;
    while (units > 0) {
        if (at >= text.size()) return std::nullopt;
        const auto lead = static_cast<unsigned char>(text[at]);
        const bool pair = lead >= 0xF0;
        if (pair && units == 1) return std::nullopt;
        units -= pair ? 2 : 1;
        at += pair ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    }
    return at;
}

Result<PayloadItem> decode_text(std::string_view text, std::string& scratch) {
    if (text.starts_with('b')) {
        if (!text.starts_with(kBase64Type)) return fail(ErrorCode::BadPacket, "binary packet of another type than message");
        return decode_base64_item(text.substr(kBase64Type.size()), scratch);
    }
    auto packet = decode(text);
    if (!packet) return std::unexpected(std::move(packet.error()));
    return PayloadItem{*packet, false};
}

Result<PayloadItem> decode_bytes(std::string_view bytes) {
    if (!bytes.starts_with(kBinaryType)) return fail(ErrorCode::BadPacket, "binary packet of another type than message");
    return PayloadItem{{PacketType::Message, bytes.substr(1)}, true};
}

void append_entry(std::string& out, char kind, std::string_view prefix, std::string_view data) {
    out += kind;
    for (const char digit : std::to_string(prefix.size() + data.size())) out += static_cast<char>(digit - '0');
    out += kEndOfLength;
    out.append(prefix).append(data);
}

std::string join_bytes(std::span<const Packet> packets) {
    std::string out;
    for (const Packet& packet : packets) {
        const std::string_view data = packet.frame->payload();
        if (packet.type == MessageType::Binary)
            append_entry(out, kBytes, {&kBinaryType, 1}, data);
        else
            append_entry(out, kText, {}, data);
    }
    return out;
}

std::string join_text(std::span<const Packet> packets) {
    std::string out;
    for (const Packet& packet : packets) {
        const std::string_view data = packet.frame->payload();
        if (packet.type == MessageType::Binary) {
            out.append(std::to_string(kBase64Type.size() + base64::encoded_size(data.size()))).append(":").append(kBase64Type);
            base64::append(out, data);
        } else {
            out.append(std::to_string(utf16_length(data))).append(":").append(data);
        }
    }
    return out;
}

}  // namespace

std::size_t utf16_length(std::string_view text) {
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        units += static_cast<std::size_t>((byte & 0xC0U) != 0x80U) + static_cast<std::size_t>(byte >= 0xF0);
    }
    return units;
}

Result<PayloadItem> take_from_text(std::string_view& rest, std::string& scratch) {
    const std::size_t colon = rest.substr(0, kMaxDigits + 1).find(':');
    if (colon == std::string_view::npos) return fail(ErrorCode::BadPacket, "no length");
    const auto units = number(rest.substr(0, colon));
    rest.remove_prefix(colon + 1);
    const auto size = units ? end_of_units(rest, *units) : std::nullopt;
    if (!size) return fail(ErrorCode::BadPacket, "bad length");
    const std::string_view packet = rest.substr(0, *size);
    rest.remove_prefix(*size);
    if (packet.empty()) return PayloadItem{{PacketType::Noop, {}}, false};
    return decode_text(packet, scratch);
}

Result<PayloadItem> take_from_bytes(std::string_view& rest, std::string& scratch) {
    const char kind = rest.front();
    if (kind != kText && kind != kBytes) return fail(ErrorCode::BadPacket, "neither text nor binary");
    const std::size_t end = rest.substr(1, kMaxDigits + 1).find(kEndOfLength);
    if (end == std::string_view::npos) return fail(ErrorCode::BadPacket, "no length");
    std::string digits(rest.substr(1, end));
    for (char& digit : digits) digit = digit >= 0 && digit <= 9 ? static_cast<char>(digit + '0') : '?';
    rest.remove_prefix(end + 2);
    const auto size = number(digits);
    if (!size || *size > rest.size()) return fail(ErrorCode::BadPacket, "bad length");
    const std::string_view packet = rest.substr(0, *size);
    rest.remove_prefix(*size);
    if (kind == kBytes) return decode_bytes(packet);
    if (!utf8::valid(packet)) return fail(ErrorCode::BadUtf8, "text packet");
    return decode_text(packet, scratch);
}

Result<PayloadItem> decode_message(MessageType type, std::string_view message, std::string& scratch) {
    return type == MessageType::Binary ? decode_bytes(message) : decode_text(message, scratch);
}

Payload join(std::span<const Packet> packets, Revision revision) {
    const auto binary = [](const Packet& packet) { return packet.type == MessageType::Binary; };
    if (revision == Revision::V3 && std::ranges::any_of(packets, binary)) return {join_bytes(packets), true};
    return {join_text(packets), false};
}

Packet for_websocket(const Packet& packet, Revision revision) {
    const std::string_view data = packet.frame->payload();
    std::string message;
    if (revision == Revision::V3Base64) {
        message = kBase64Type;
        base64::append(message, data);
    } else {
        message.reserve(data.size() + 1);
        message.append(1, kBinaryType).append(data);
    }
    Packet made = revision == Revision::V3Base64 ? text_packet(message) : binary_packet(message);
    made.compress = packet.compress;
    return made;
}

}  // namespace sio::engineio::v3
