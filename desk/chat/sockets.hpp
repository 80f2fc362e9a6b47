#pragma once

#include "desk/chat/online.hpp"
#include "desk/cluster/shared_buckets.hpp"
#include "desk/delivery/arrival.hpp"
#include "desk/delivery/socket_commands.hpp"
#include "desk/delivery/typing.hpp"
#include "desk/session/counts.hpp"
#include "desk/session/door.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::chat {

/// The events that clients send in /chat.  Thread: loops; immutable but for its locked buckets.
class ChatSockets {
public:
    /// With `shared_messages` a user's messages are counted over all servers.
    ChatSockets(sio::Server& io, Door& door, SocketCommands& commands, Arrivals& arrivals, Typing& typing, OnlineLists& online,
                cluster::SharedBuckets* shared_messages = nullptr);

private:
    ArrivalRules arrival_rules();
    void enter(sio::Socket& socket, const std::string& id);
    Result<void> join(sio::Socket& socket, const sio::Event& event);
    Result<void> leave(sio::Socket& socket, const sio::Event& event);
    Result<void> message(sio::Socket& socket, const sio::Event& event);
    Result<void> read(sio::Socket& socket, const sio::Event& event);
    Result<void> typing(sio::Socket& socket, const sio::Event& event);
    void disconnecting(sio::Socket& socket);

    Door& door_;
    SocketCommands& commands_;
    Typing& typing_;
    OnlineLists& online_;
    KeyedBuckets messages_;
    cluster::SharedBuckets* const shared_messages_;
};

}  // namespace desk::chat
