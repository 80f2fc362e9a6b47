#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sio/base/json.hpp"
#include "sio/socketio/adapter.hpp"
#include "sio/socketio/disconnect_reason.hpp"
#include "sio/socketio/handle.hpp"
#include "sio/socketio/packet.hpp"

namespace sio {

class Event;
class Socket;

namespace detail {

/// What happens to a socket's packets, strictly in their order: the way through the middlewares, holding back, handlers, the way out.
/// Thread: the socket's loop. Any call may disconnect the socket; the object lives until the turn's end.
class SocketPackets {
public:
    /// Starts the middlewares, or the taking up of an earlier session.
    static void connect(Socket& socket, std::string_view auth_text, json::Value auth);
    /// The middleware at `step` said how to go on; late and repeated answers are ignored.
    static void resolve(Socket& socket, std::uint32_t step, const ConnectError* error);

    static void receive(Socket& socket, const PacketView& packet, std::span<const std::string> attachments);
    static void release_hold(Socket& socket);
    static void disconnect(Socket& socket, DisconnectReason reason);
    /// The connection is a websocket from now on.
    static void count_upgrade(Socket& socket);

private:
    static void run_middlewares(Socket& socket);
    static void recover(Socket& socket);
    static void give_described(Socket& socket, const std::string& described);
    static void admit(Socket& socket, std::optional<RestoredSession> restored);
    static std::string connect_data(Socket& socket, std::string pid);
    static void refuse(Socket& socket, const ConnectError& error);

    static void store(Socket& socket, const PacketView& packet, std::span<const std::string> attachments);
    static void drain(Socket& socket);
    static void process(Socket& socket, const PacketView& packet, std::span<const std::string> attachments);
    static void on_event(Socket& socket, const PacketView& packet, std::span<const std::string> attachments);
    static void on_ack(Socket& socket, const PacketView& packet, std::span<const std::string> attachments);
    static void handle(Socket& socket, const Event& event);

    static RecoverableSession recoverable_session(Socket& socket);
    static void unlink(Socket& socket);
    static void count_in(Socket& socket);
    static void trim(Socket& socket);
};

}  // namespace detail
}  // namespace sio
