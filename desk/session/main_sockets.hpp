#pragma once

#include "desk/session/door.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// The events that clients send in `/`: `ping` is answered by `pong` with the server's time. Before the server starts.
void add_main_events(sio::Server& io, Door& door);

}  // namespace desk
