#include "socket_fixture.hpp"

namespace conformance {

void add_fixture(sio::Server& io) {
    const auto greet = [](sio::Socket& socket) { socket.emit("auth", sio::json::Raw{socket.auth()}); };
    io.on_connection(greet);
    io.of("/custom").on_connection(greet);
    io.on("message", [](sio::Socket& socket, const sio::Event& event) { socket.emit("message-back", event.args()); });
    io.on("message-with-ack", [](sio::Socket&, const sio::Event& event) { event.ack(event.args()); });
}

}  // namespace conformance
