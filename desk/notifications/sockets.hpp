#pragma once

#include "desk/delivery/arrival.hpp"
#include "desk/delivery/socket_commands.hpp"
#include "desk/session/door.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::notifications {

/// The events that clients send in /notifications, and the count that each new socket gets.  Thread: loops; immutable.
class NotificationSockets {
public:
    NotificationSockets(sio::Server& io, Door& door, SocketCommands& commands, Arrivals& arrivals);

private:
    Result<void> mark_read(sio::Socket& socket, const sio::Event& event);
    Result<void> mark_all_read(sio::Socket& socket, const sio::Event& event);

    SocketCommands& commands_;
};

}  // namespace desk::notifications
