#include "socket_fixture.hpp"

namespace conformance {

void add_fixture(sio::Server& io) {
    const auto greet = [](sio::Socket& socket) { socket.emit("auth", sio::json::Raw{socket.auth()}); };
    io.on_connection(greet);
    io.of("/custom").on_connection(greet);
    io.on("message", [](sio::Socket& socket, const sio::Event& event) { socket.emit("message-back", event.args()); });
    io.on("message-with-ack", [](sio::Socket&, const sio::Event& event) { event.ack(event.args()); });
}

void add_rooms(sio::Server& io) {
    sio::Namespace& rooms = io.of("/rooms");
    rooms.on("join", [](sio::Socket& socket, const sio::Event& event) {
        socket.join(event[0].string().value_or(""));
        event.ack();
    });
    rooms.on("end", [](sio::Socket& socket, const sio::Event&) { socket.disconnect(true); });
    rooms.on_disconnect([&rooms](sio::Socket& socket, sio::DisconnectReason) { rooms.to("witnesses").emit("left", socket.id()); });
    rooms.on("say", [&rooms](sio::Socket&, const sio::Event& event) {
        rooms.to(event[0].string().value_or("")).emit("said", event.args().slice(1));
        event.ack();
    });
}

}  // namespace conformance
