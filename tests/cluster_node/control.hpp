#pragma once

#include "sio/socketio/socketio.hpp"

/// The namespace `/control`: a client asks this server to do something to the sockets of `/`, by one event for each operation whose first
/// argument is an object, and gets the outcome as acknowledgement. tests/js/lib/cluster/node-server.mjs has the same.
void add_control(sio::Server& io);
