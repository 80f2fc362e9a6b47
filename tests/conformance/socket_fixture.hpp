#pragma once

#include "sio/socketio/socketio.hpp"

namespace conformance {

/// What the official Socket.IO suite expects of `/` and `/custom`.
void add_fixture(sio::Server& io);

/// `/rooms`: `join` a room, `say` something in one; `left` tells the room `witnesses` who went.
void add_rooms(sio::Server& io);

}  // namespace conformance
