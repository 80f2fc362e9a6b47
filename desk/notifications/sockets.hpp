#pragma once

#include "desk/delivery/socket_commands.hpp"
#include "desk/session/door.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::notifications {

/// The events that clients send in /notifications, and the count that each new socket gets.  Thread: loops; immutable.
class NotificationSockets {
public:
    NotificationSockets(sio::Server& io, store::Store& store, Door& door, SocketCommands& commands);

private:
    void greet(sio::Socket& socket);
    Result<void> mark_read(sio::Socket& socket, const sio::Event& event);
    Result<void> mark_all_read(sio::Socket& socket, const sio::Event& event);

    sio::Server& io_;
    store::Store& store_;
    SocketCommands& commands_;
};

}  // namespace desk::notifications
