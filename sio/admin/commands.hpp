#pragma once

#include "sio/socketio/namespace.hpp"

namespace sio::admin {

/// What a page may do (protocol 1.5, admin UI): `emit`, `join`, `leave`, `_disconnect`, each to the sockets of a namespace, or of a room of
/// it; over the cluster, as any broadcast. What is malformed or names no namespace does nothing. Before the server starts.
void add_commands(Namespace& admin);

}  // namespace sio::admin
