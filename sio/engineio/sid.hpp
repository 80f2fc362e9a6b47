#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sio::engineio {

/// 15 bytes as base64url: 12 random, 2 that name the server, 1 that names the loop. Whoever knows it owns the session: never log one.
using SessionId = std::array<char, 20>;
using ServerTag = std::array<std::uint8_t, 2>;

inline constexpr unsigned kMaxLoops = 256;

SessionId make_session_id(ServerTag server, unsigned loop);
/// A tag drawn at random for this server's life.
ServerTag random_server_tag();

/// Where a session lives, read from its id. Nothing is said of whether it exists.
struct SessionHome {
    ServerTag server;
    unsigned loop;
};
std::optional<SessionHome> home_of(std::string_view sid);

}  // namespace sio::engineio
