#pragma once
// Everything a program on this library needs.
#include "sio/socketio/connection.hpp"  // IWYU pragma: export
#include "sio/socketio/namespace.hpp"   // IWYU pragma: export
#include "sio/socketio/options.hpp"     // IWYU pragma: export
#include "sio/socketio/server.hpp"      // IWYU pragma: export
#include "sio/socketio/socket.hpp"      // IWYU pragma: export
