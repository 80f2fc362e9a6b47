/// A polling payload: it is refused at some packet, or its packets, joined anew, read the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/engineio/packet.hpp"

namespace {

using sio::engineio::PacketType;

struct Read {
    PacketType type;
    bool binary;
    std::string data;
    bool operator==(const Read&) const = default;
};

/// nullopt-like: `ok` is false when a packet was refused.
std::pair<bool, std::vector<Read>> read_all(std::string_view payload) {
    std::vector<Read> packets;
    std::string scratch;
    sio::engineio::PayloadReader reader(payload);
    while (!reader.at_end()) {
        const auto item = reader.next(scratch);
        if (!item) return {false, std::move(packets)};
        packets.push_back({item->packet.type, item->binary, std::string(item->packet.data)});
        if (packets.size() > payload.size()) std::abort();  // each packet takes a byte at least
    }
    return {true, std::move(packets)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [whole, packets] = read_all({reinterpret_cast<const char*>(data), size});
    if (!whole) return 0;
    std::string joined;
    for (const auto& packet : packets) {
        if (packet.binary && packet.type != PacketType::Message) std::abort();
        const auto type = static_cast<char>('0' + static_cast<int>(packet.type));
        append_to_payload(packet.binary ? sio::engineio::binary_packet(packet.data) : sio::engineio::text_packet(type + packet.data),
                          joined);
    }
    if (read_all(joined) != std::pair(true, packets)) std::abort();
    return 0;
}
