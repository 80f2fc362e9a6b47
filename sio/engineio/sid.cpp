#include "sio/engineio/sid.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "sio/base/base64.hpp"
#include "sio/base/ids.hpp"

namespace sio::engineio {

SessionId make_session_id(ServerTag server, unsigned loop) {
    std::array<std::uint8_t, 15> bytes;
    random_bytes(std::span(bytes).first(12));
    bytes[12] = server[0];
    bytes[13] = server[1];
    bytes[14] = static_cast<std::uint8_t>(loop);
    const std::string text = base64::encode_url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    SessionId id;
    std::copy_n(text.data(), id.size(), id.data());
    return id;
}

ServerTag random_server_tag() {
    ServerTag tag;
    random_bytes(tag);
    return tag;
}

std::optional<ServerTag> parse_server_tag(std::string_view text) {
    if (text.size() != 2) return std::nullopt;
    // The tag's last four bits, the third character, are zero.
    const auto bytes = base64::decode_url(std::string(text) + 'A');
    if (!bytes) return std::nullopt;
    return ServerTag{static_cast<std::uint8_t>((*bytes)[0]), static_cast<std::uint8_t>((*bytes)[1])};
}

std::string to_string(ServerTag tag) {
    std::string text = base64::encode_url({reinterpret_cast<const char*>(tag.data()), tag.size()});
    if (text.back() == 'A') text.pop_back();
    return text;
}

std::optional<SessionHome> home_of(std::string_view sid) {
    if (sid.size() != SessionId{}.size()) return std::nullopt;
    const auto tail = base64::decode_url(sid.substr(16));
    if (!tail) return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>((*tail)[i]); };
    return SessionHome{{byte(0), byte(1)}, byte(2)};
}

}  // namespace sio::engineio
