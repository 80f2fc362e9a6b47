#pragma once

#include "desk/delivery/arrival.hpp"
#include "desk/delivery/socket_commands.hpp"
#include "desk/delivery/typing.hpp"
#include "desk/session/door.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::tickets {

/// The events that clients send in /tickets.  Thread: loops; immutable.
class TicketSockets {
public:
    TicketSockets(sio::Server& io, Door& door, SocketCommands& commands, Arrivals& arrivals, Typing& typing);

private:
    ArrivalRules arrival_rules();
    void enter(sio::Socket& socket, const std::string& id);
    Result<void> subscribe(sio::Socket& socket, const sio::Event& event);
    Result<void> unsubscribe(sio::Socket& socket, const sio::Event& event);
    Result<void> typing(sio::Socket& socket, const sio::Event& event);
    Result<void> stop_typing(sio::Socket& socket, const sio::Event& event);

    Door& door_;
    SocketCommands& commands_;
    Typing& typing_;
};

}  // namespace desk::tickets
