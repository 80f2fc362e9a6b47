#pragma once

#include <string>
#include <vector>

#include "desk/delivery/socket_commands.hpp"
#include "desk/model/event.hpp"
#include "desk/presence/customer_watches.hpp"
#include "desk/presence/presence.hpp"
#include "desk/session/door.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::presence {

/// The events that clients send in /presence, and what becomes of watching when rights change: a customer loses an agent who has no open
/// ticket or conversation of theirs any more, an agent who becomes a customer loses all.
/// Thread: loops, unless said otherwise.
class PresenceSockets {
public:
    PresenceSockets(sio::Server& io, Door& door, SocketCommands& commands, store::Store& store, Presence& presence, Identities& identities);

    /// A row that may take an agent from a customer. Thread: the org's home loop.
    void follow(const EventRow& row) { customers_.follow(row); }

private:
    Result<void> status(sio::Socket& socket, const sio::Event& event);
    Result<void> subscribe(sio::Socket& socket, const sio::Event& event);
    Result<void> unsubscribe(sio::Socket& socket, const sio::Event& event);
    Result<void> watch(sio::Socket& socket, sio::Ack& ack, std::vector<Asked> asked);
    void role_changed(sio::Connection& connection);

    sio::Server& io_;
    const Limits& limits_;
    SocketCommands& commands_;
    store::Store& store_;
    Presence& presence_;
    CustomerWatches customers_;
};

}  // namespace desk::presence
