#pragma once

#include <string>

#include "sio/base/json_writer.hpp"
#include "sio/socketio/socket.hpp"

namespace sio::admin {

/// Names the connection of a socket to pages; says nothing of its secret id. Pre: the connection is open.
std::string client_id(Socket& socket);
std::string_view transport_name(Socket& socket);

/// A socket as pages want it: `{id, clientId, transport, nsp, data, handshake, rooms}`. No secrets: of the headers only those that say what
/// the client is, values of query parameters that are not Engine.IO's as `[redacted]`, no auth. `data` is what the namespace's describe
/// hook writes. Of rooms the first 200.  Thread: the socket's loop, while its connection is open.
void write_socket(json::Writer& writer, Socket& socket);

}  // namespace sio::admin
