#pragma once

#include "desk/model/people.hpp"
#include "sio/socketio/socketio.hpp"

/// The rooms everybody is put into by who they are (design.md, Tenants and rooms). Thread: the socket's loop.
namespace desk {

void join_own_rooms(sio::Socket& socket, const Actor& actor);
void leave_own_rooms(sio::Socket& socket, const Actor& actor);

}  // namespace desk
