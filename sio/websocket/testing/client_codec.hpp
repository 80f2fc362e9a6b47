#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The client's half of RFC 6455, written apart from the server's: what tests and fuzzers compare it with. Header only.
namespace sio::websocket::testing {

/// A masked frame. `first`: the first byte, FIN, RSV bits and opcode together. `wide`: 0 writes the length as short as it goes, 2 or 8 that
/// many bytes.
inline std::string frame(unsigned first, std::string_view payload, unsigned wide = 0, std::uint32_t mask = 0x37fa213d) {
    std::string out(1, static_cast<char>(first));
    const std::size_t size = payload.size();
    if (wide == 0) wide = size < 126 ? 1 : size < 65536 ? 2 : 8;
    if (wide == 1) out.push_back(static_cast<char>(0x80 | size));
    if (wide > 1) out.push_back(static_cast<char>(wide == 2 ? 0xfe : 0xff));
    for (unsigned i = wide; wide > 1 && i > 0; --i)
        out.push_back(static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * (i - 1)) & 0xff));
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<char>(mask >> (24 - 8 * i) & 0xff));
    for (std::size_t i = 0; i < size; ++i) {
        out.push_back(static_cast<char>(static_cast<unsigned char>(payload[i]) ^ (mask >> (24 - 8 * (i % 4)) & 0xff)));
    }
    return out;
}

inline std::string text(std::string_view payload) { return frame(0x81, payload); }
inline std::string binary(std::string_view payload) { return frame(0x82, payload); }
inline std::string ping(std::string_view payload = {}) { return frame(0x89, payload); }
inline std::string close(unsigned code, std::string_view reason = {}) {
    std::string payload;
    payload.push_back(static_cast<char>(code >> 8));
    payload.push_back(static_cast<char>(code & 0xff));
    return frame(0x88, payload.append(reason));
}

struct ServerFrame {
    unsigned first = 0;
    std::string payload;
    bool operator==(const ServerFrame&) const = default;
};

/// Reads a server's frames; `whole` tells whether the bytes were complete, unmasked frames and nothing else.
inline std::vector<ServerFrame> read_frames(std::string_view bytes, bool& whole) {
    std::vector<ServerFrame> frames;
    whole = true;
    while (!bytes.empty()) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
        if (bytes.size() < 2 || byte(1) > 127) break;
        std::size_t header = byte(1) == 126 ? 4 : byte(1) == 127 ? 10 : 2;
        if (bytes.size() < header) break;
        std::uint64_t length = byte(1);
        if (header > 2) length = 0;
        for (std::size_t i = 2; i < header; ++i) length = length << 8 | byte(i);
        if (bytes.size() - header < length) break;
        frames.push_back({byte(0), std::string(bytes.substr(header, static_cast<std::size_t>(length)))});
        bytes.remove_prefix(header + static_cast<std::size_t>(length));
    }
    whole = bytes.empty();
    return frames;
}

/// Frames as one readable line: `81:text 8a: 88:1000`. Close frames show code and reason.
inline std::string describe(std::string_view bytes) {
    bool whole = false;
    std::string out;
    for (const auto& [first, payload] : read_frames(bytes, whole)) {
        static constexpr std::string_view kHex = "0123456789abcdef";
        if (!out.empty()) out.push_back(' ');
        out.push_back(kHex[first >> 4]);
        out.push_back(kHex[first & 15]);
        out.push_back(':');
        if (first == 0x88 && payload.size() >= 2) {
            out += std::to_string(static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1])) +
                   payload.substr(2);
        } else {
            out += payload;
        }
    }
    return whole ? out : out + " (cut)";
}

}  // namespace sio::websocket::testing
