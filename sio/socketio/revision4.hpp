#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/socketio/handle.hpp"

/// Revision 4 of the Socket.IO protocol: what clients of Socket.IO 2 (over Engine.IO 3) see otherwise. They are in `/` without a CONNECT,
/// no CONNECT of either side has a payload, and a socket's id is made of its session's.  Thread: any.
namespace sio::detail::revision4 {

inline constexpr std::size_t kMaxQueryBytes = std::size_t{16} * 1024;

/// Their CONNECT payload: the query behind a namespace, `/admin?token=x`, as a JSON object of texts, percent-decoded, the last of several
/// of one name. Errors: TooLarge (over kMaxQueryBytes).
Result<std::string> auth_of(std::string_view query);

/// The payload of a refusal: the error's data, else its message as a text.
std::string refusal(const ConnectError& error);

/// As a client of that session calls its socket: the session's id, behind `/nsp#` but in `/`.
std::string socket_id(std::string_view nsp, std::string_view session_id);

}  // namespace sio::detail::revision4
