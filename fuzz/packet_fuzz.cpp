/// A Socket.IO packet and its attachments, cut at 0xFF bytes (no UTF-8 text has one). It is refused, or what it says can be sent on:
/// encoded anew it decodes to the same values, with every placeholder in range, and encoding once more changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/json.hpp"
#include "sio/base/utf8.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/packet.hpp"

namespace {

using sio::detail::PacketType;

constexpr std::size_t kMaxAttachments = 10;

std::vector<std::string> attachments_of(const sio::EncodedEvent& event) {
    std::vector<std::string> bytes;
    for (const auto& attachment : event.attachments()) bytes.emplace_back(attachment.frame->payload());
    return bytes;
}

sio::EncodedEvent encode(sio::json::Value array, const std::vector<std::string>& attachments) {
    sio::detail::Encoder encoder;
    encoder.add(sio::Arguments(array, 0, attachments));
    return encoder.finish_event("/fuzz", 1);
}

void check(std::string_view json, const std::vector<std::string>& attachments) {
    static sio::json::Parser parser;
    const auto array = parser.parse_copy(json);
    if (!array || !array->is_array()) return;
    if (!attachments.empty() && !sio::placeholders_valid(*array, attachments.size())) return;
    const auto first = encode(*array, attachments);
    const std::string text(first.packet().frame->payload());
    if (!sio::utf8::valid(text)) std::abort();

    // A placeholder may be used twice, so there may be more attachments than came.
    const auto packet = sio::detail::decode_packet(std::string_view(text).substr(1), text.size());
    if (!packet || packet->ack_id != 1 || packet->nsp != "/fuzz" || packet->attachments != first.attachments().size()) std::abort();
    const auto again = parser.parse_copy(packet->json);
    const auto binary = attachments_of(first);
    if (!again || (!binary.empty() && !sio::placeholders_valid(*again, binary.size()))) std::abort();
    if (encode(*again, binary).packet().frame->payload() != text) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const auto take = [&rest] {
        const auto end = rest.find('\xFF');
        const auto part = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        return part;
    };
    const auto text = take();
    const auto packet = sio::detail::decode_packet(text, kMaxAttachments);
    if (!packet) return 0;
    if (packet->attachments > kMaxAttachments) std::abort();
    if (!packet->json.empty() && packet->json.data() + packet->json.size() != text.data() + text.size()) std::abort();
    const bool binary = packet->type == PacketType::BinaryEvent || packet->type == PacketType::BinaryAck;
    if (binary != (packet->attachments > 0)) std::abort();

    std::vector<std::string> attachments;
    for (std::size_t i = 0; i < packet->attachments; ++i) attachments.emplace_back(take());
    check(packet->json, attachments);
    return 0;
}
