#pragma once

#include <string>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/socketio/adapter.hpp"

namespace sio::cluster {

/// A session as Node's streams adapter keeps it: base64 of msgpack {sid, pid, rooms, data}. `data` is what the describe hook wrote.
std::string encode_session(const RecoverableSession& session);

/// Errors: BadRequest (not base64), BadPacket (no session, or not the one of `pid`), BadUtf8, TooLarge.
Result<RecoverableSession> decode_session(std::string_view text, std::string_view pid);

}  // namespace sio::cluster
