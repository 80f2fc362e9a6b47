/// A polling payload of Engine.IO 3, in the form the first byte chooses: it is refused at some packet, or its packets, joined anew in
/// either form, read the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/utf8.hpp"
#include "sio/engineio/v3_payload.hpp"

namespace {

using sio::engineio::PacketType;
using sio::engineio::PayloadFormat;
using sio::engineio::Revision;

struct Read {
    PacketType type;
    bool binary;
    std::string data;
    bool operator==(const Read&) const = default;
};

/// The first is false when a packet was refused.
std::pair<bool, std::vector<Read>> read_all(std::string_view payload, PayloadFormat format) {
    std::vector<Read> packets;
    std::string scratch;
    sio::engineio::PayloadReader reader(payload, format);
    while (!reader.at_end()) {
        const auto item = reader.next(scratch);
        if (!item) return {false, std::move(packets)};
        if (!item->binary && !sio::utf8::valid(item->packet.data)) std::abort();
        packets.push_back({item->packet.type, item->binary, std::string(item->packet.data)});
        if (packets.size() > payload.size()) std::abort();  // each packet takes a byte at least
    }
    return {true, std::move(packets)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto format = data[0] % 2 == 0 ? PayloadFormat::V3Text : PayloadFormat::V3Bytes;
    if (format == PayloadFormat::V3Text && !sio::utf8::valid(payload)) return 0;
    const auto [whole, read] = read_all(payload, format);
    if (!whole) return 0;

    std::vector<sio::engineio::Packet> packets;
    for (const auto& packet : read) {
        if (packet.binary && packet.type != PacketType::Message) std::abort();
        const auto type = static_cast<char>('0' + static_cast<int>(packet.type));
        packets.push_back(packet.binary ? sio::engineio::binary_packet(packet.data) : sio::engineio::text_packet(type + packet.data));
    }
    for (const auto revision : {Revision::V3, Revision::V3Base64}) {
        const auto joined = sio::engineio::v3::join(packets, revision);
        if (read_all(joined.bytes, joined.binary ? PayloadFormat::V3Bytes : PayloadFormat::V3Text) != std::pair(true, read)) std::abort();
    }
    return 0;
}
