#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sio/base/json_writer.hpp"
#include "sio/socketio/broadcast.hpp"
#include "sio/socketio/disconnect_reason.hpp"
#include "sio/socketio/event.hpp"
#include "sio/socketio/handle.hpp"

namespace sio {

class Socket;

namespace detail {
struct Handlers;
}

enum class RoomEvent : std::uint8_t { Created, Deleted, Joined, Left };

/// What happens in a namespace, registered once for all of its sockets before the server starts: afterwards registering throws
/// std::logic_error. Handlers run on the loop of the socket, so several at a time for different sockets; one that throws fails
/// its own event only.
class Registrar {
public:
    using EventHandler = std::function<void(Socket&, const Event&)>;
    using SocketHandler = std::function<void(Socket&)>;
    using DisconnectHandler = std::function<void(Socket&, DisconnectReason)>;
    using Middleware = std::function<void(Socket&, Next)>;
    using EventMiddleware = std::function<bool(Socket&, const Event&)>;
    using OutgoingHandler = std::function<void(Socket&, const EncodedEvent&)>;
    using ServerEventHandler = std::function<void(const Arguments&, std::function<void(Reply)> reply)>;
    using RoomHandler = std::function<void(RoomEvent, std::string_view room, std::string_view socket_id)>;

    /// Several handlers of one event run in the order of registration. An event that is a number goes by its digits.
    Registrar& on(std::string_view event, EventHandler handler);
    /// Every event, before its own handlers.
    Registrar& on_any(EventHandler handler);
    /// Events that have no handler of their own.
    Registrar& on_unknown(EventHandler handler);
    /// Every event sent to a socket.
    Registrar& on_any_outgoing(OutgoingHandler handler);
    /// The client is in, its CONNECT is answered; none of its other packets was processed yet.
    Registrar& on_connection(SocketHandler handler);
    /// A connected socket's connection went over from polling to a websocket.
    Registrar& on_upgrade(SocketHandler handler);
    /// On its way out, the rooms are still there.
    Registrar& on_disconnecting(DisconnectHandler handler);
    /// Out of all rooms; what is emitted to it goes nowhere.
    Registrar& on_disconnect(DisconnectHandler handler);

    /// Before CONNECT is answered, in the order of registration; may join rooms, set data, go on later from any thread.
    Registrar& use(Middleware middleware);
    /// Before the handlers of each event; false ends the event there (acknowledge with an error first, when the client should know).
    Registrar& use_event(EventMiddleware middleware);

    /// An event from another server of the cluster; `reply` is empty when none is wanted. Thread: any.
    Registrar& on_server_event(std::string_view event, ServerEventHandler handler);
    /// Rooms coming and going on this server (all loops together) and sockets joining and leaving. Thread: any loop.
    Registrar& on_room_event(RoomHandler handler);
    /// Writes what fetch_sockets() gives as a socket's `data`: one JSON value.
    Registrar& describe(std::function<void(Socket&, json::Writer&)> writer);
    /// Gives a socket that takes up a session of another server what `describe` wrote there. Before on_connection.
    Registrar& on_restored(std::function<void(Socket&, json::Value described)> handler);

    const detail::Handlers& handlers() const { return *handlers_; }

protected:
    Registrar();
    explicit Registrar(std::shared_ptr<detail::Handlers> handlers) : handlers_(std::move(handlers)) {}
    ~Registrar() = default;

    std::shared_ptr<detail::Handlers> handlers_;
};

}  // namespace sio
