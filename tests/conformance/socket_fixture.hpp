#pragma once

#include "sio/socketio/socketio.hpp"

namespace conformance {

/// What the official Socket.IO suite expects of `/` and `/custom`.
void add_fixture(sio::Server& io);

}  // namespace conformance
