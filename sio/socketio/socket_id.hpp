#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace sio::detail {

/// 15 bytes as base64url: 14 random ones and the loop the socket lives on, so that a message for one socket wakes one loop only. Public.
std::array<char, 20> make_socket_id(unsigned loop);

/// The loop in an id made by make_socket_id; nullopt when `name` cannot be one. A room may have such a name too.
std::optional<unsigned> home_loop(std::string_view name);

}  // namespace sio::detail
