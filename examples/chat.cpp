// A chat with rooms on nothing but the Socket.IO library: example-chat [port]
//   const socket = io("http://127.0.0.1:3000/chat", {auth: {name: "Ada"}});
//   socket.emit("join", "lobby", (who) => ...);  socket.emit("message", "lobby", "hello");  socket.on("message", (room, from, text) =>
//   ...);
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "sio/socketio/socketio.hpp"

namespace {

struct User {
    std::string name;
};

void admit(sio::Socket& socket, sio::Next next) {
    sio::json::Parser parser;
    const auto auth = parser.parse_copy(socket.auth());
    const auto name = auth ? (*auth)["name"].string() : std::nullopt;
    if (!name || name->empty() || name->size() > 40) return next(sio::ConnectError{"NAME_MISSING", R"({"field":"name"})"});
    socket.set_data<User>(std::string(*name));
    next();
}

void join(sio::Socket& socket, const sio::Event& event) {
    const auto room = event[0].string();
    if (!room) return event.ack(nullptr);
    socket.join(*room);
    socket.to(*room).emit("joined", *room, socket.data<User>()->name);
    event.ack(socket.data<User>()->name);
}

void message(sio::Socket& socket, const sio::Event& event) {
    const auto room = event[0].string();
    if (!room || !socket.in_room(*room)) return;
    socket.nsp().to(*room).emit("message", *room, socket.data<User>()->name, event.args().slice(1, 1));
}

void leave(sio::Socket& socket, sio::DisconnectReason) {
    for (const auto room : socket.rooms()) socket.to(room).emit("left", room, socket.data<User>()->name);
}

}  // namespace

int main(int argc, char** argv) {
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : {SIGINT, SIGTERM}) sigaddset(&ends, signal);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    sio::Options options;
    options.engine.cors.origins = {"*"};
    sio::Server io(options);
    io.of("/chat").use(admit).on("join", join).on("message", message).on_disconnecting(leave);
    sio::runtime::ListenOptions listen;
    listen.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000);
    const auto port = io.listen(listen);
    if (!port) return std::fprintf(stderr, "cannot listen: %s\n", port.error().detail.c_str()), 1;
    io.start();
    std::printf("chat on http://127.0.0.1:%d\n", *port);
    int signal = 0;
    sigwait(&ends, &signal);
    io.close();
}
