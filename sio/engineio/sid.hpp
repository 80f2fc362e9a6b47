#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sio::engineio {

/// 15 bytes as base64url: 12 random, 2 that name the server, 1 that names the loop. Whoever knows it owns the session: never log one.
using SessionId = std::array<char, 20>;
using ServerTag = std::array<std::uint8_t, 2>;

inline constexpr unsigned kMaxLoops = 256;

SessionId make_session_id(ServerTag server, unsigned loop);
/// A tag drawn at random for this server's life.
ServerTag random_server_tag();
/// A chosen tag: two characters of base64url, which then are the 17th and 18th of every id, so that a balancer can route by them.
std::optional<ServerTag> parse_server_tag(std::string_view text);
/// What `parse_server_tag` reads; of a tag drawn at random a third character mostly.
std::string to_string(ServerTag tag);

/// Where a session lives, read from its id. Nothing is said of whether it exists.
struct SessionHome {
    ServerTag server;
    unsigned loop;
};
std::optional<SessionHome> home_of(std::string_view sid);

}  // namespace sio::engineio
