#pragma once

#include "sio/socketio/arguments.hpp"
#include "sio/socketio/broadcast.hpp"

namespace sio {

class Socket;

namespace detail {

/// What fetch_sockets tells of a socket. Thread: the socket's loop.
RemoteSocket describe(Socket& socket);
/// What the namespace's describe hook writes; empty when there is none or it failed. Thread: the socket's loop.
std::string described_data(Socket& socket);

/// The first of a client's acknowledgement arguments, null when there is none, copied out of the parser.
Reply first_of(const Arguments& arguments);

}  // namespace detail
}  // namespace sio
