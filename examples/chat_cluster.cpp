// The chat of chat.cpp on any number of servers over one Valkey: example-chat_cluster [port] [redis://127.0.0.1:6379]
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <string>

#include "sio/cluster/adapters.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/socketio/socketio.hpp"

namespace {

void join(sio::Socket& socket, const sio::Event& event) {
    const auto room = event[0].string();
    if (!room) return event.ack(false);
    socket.join(*room);
    event.ack(true);
}

void message(sio::Socket& socket, const sio::Event& event) {
    const auto room = event[0].string();
    if (room && socket.in_room(*room)) socket.nsp().to(*room).emit("message", *room, event.args().slice(1, 1));
}

/// How many are in a room, on all servers.
void count(sio::Socket& socket, const sio::Event& event) {
    socket.nsp()
        .to(event[0].string().value_or(""))
        .fetch_sockets([ack = event.take_ack()](sio::Result<sio::RemoteSockets> sockets) mutable {
            if (sockets) ack(sockets->size(), sockets->silent_servers == 0);
        });
}

}  // namespace

int main(int argc, char** argv) {
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : {SIGINT, SIGTERM}) sigaddset(&ends, signal);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);

    const auto where = sio::cluster::ValkeyOptions::parse(argc > 2 ? argv[2] : "redis://127.0.0.1:6379");
    if (!where) return std::fprintf(stderr, "%s\n", where.error().detail.c_str()), 1;
    sio::runtime::LoopGroup loops(2);
    sio::NullLog log;
    auto valkey = std::make_unique<sio::cluster::Valkey>(loops.at(0), *where, log);

    sio::Options options;
    options.engine.cors.origins = {"*"};
    options.connection_state_recovery.emplace();
    options.adapter = sio::cluster::streams_adapter(*valkey, {});
    sio::Server io(loops, options);
    io.of("/chat").on("join", join).on("message", message).on("count", count);
    const auto port = io.listen({.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 3000)});
    if (!port) return std::fprintf(stderr, "cannot listen: %s\n", port.error().detail.c_str()), 1;
    io.start();
    loops.start();
    std::printf("chat on http://127.0.0.1:%d\n", *port);

    int signal = 0;
    sigwait(&ends, &signal);
    io.close();
    std::promise<void> gone;
    loops.at(0).post([&] {
        valkey.reset();
        gone.set_value();
    });
    gone.get_future().wait();
    loops.stop();
}
