#include "sio/socketio/socket_id.hpp"

#include <algorithm>
#include <cstdint>

#include "sio/base/base64.hpp"
#include "sio/base/ids.hpp"

namespace sio::detail {
namespace {

std::optional<unsigned> base64url_value(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 26;
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0') + 52;
    if (c == '-') return 62;
    if (c == '_') return 63;
    return std::nullopt;
}

}  // namespace

std::array<char, 20> make_socket_id(unsigned loop) {
    std::array<std::uint8_t, 15> bytes;
    random_bytes(bytes);
    bytes.back() = static_cast<std::uint8_t>(loop);
    const auto text = base64::encode_url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    std::array<char, 20> id;
    std::ranges::copy(text, id.begin());
    return id;
}

std::optional<unsigned> home_loop(std::string_view name) {
    if (name.size() != 20) return std::nullopt;
    const auto high = base64url_value(name[18]);
    const auto low = base64url_value(name[19]);
    if (!high || !low) return std::nullopt;
    return (*high & 3U) << 6 | *low;
}

}  // namespace sio::detail
