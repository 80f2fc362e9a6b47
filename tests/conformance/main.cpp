// sio-conformance: the fixtures that the official protocol suites and kosoku drive (docs/conformance.md).
// Timers are those of the suites unless named: 300 and 200 ms are too short for a machine that is busy with other tests.
#include <chrono>
#include <future>
#include <iostream>
#include <string>
#include <string_view>

#include "engine_echo.hpp"
#include "sio/socketio/socketio.hpp"
#include "socket_fixture.hpp"
#include "tests/program.hpp"
#include "websocket_echo.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: sio-conformance [--port 3000] [--loops N] [--cert FILE --key FILE]\n"
    "                       [--ping-interval MS] [--ping-timeout MS] [--header-timeout MS] [--recovery MS]\n"
    "                       [--parser text|msgpack] [--allow-eio3 true]\n";

sio::engineio::Options engine_options(std::string path, const program::Arguments& given) {
    sio::engineio::Options options;
    options.path = std::move(path);
    options.ping_interval = given.ms("ping-interval", 300);
    options.ping_timeout = given.ms("ping-timeout", 200);
    options.max_queue_bytes = std::size_t{8} << 20;  // a client may send several largest messages before it fetches what comes back
    options.cors.origins = {"*"};
    options.allow_eio3 = given.text("allow-eio3") == "true";
    return options;
}

/// The library closes only what it serves itself.
void close_sessions(sio::engineio::Server& engine, sio::runtime::LoopGroup& loops) {
    for (unsigned i = 0; i < loops.size(); ++i) {
        std::promise<void> closed;
        loops.at(i).post([&] {
            engine.close_sessions(loops.at(i));
            closed.set_value();
        });
        closed.get_future().wait();
    }
}

}  // namespace

int main(int argc, char** argv) {
    const program::Signals signals;
    const program::Arguments given(argc, argv, kUsage);
    sio::Options options;
    options.engine = engine_options("/socket.io/", given);
    options.connect_timeout = std::chrono::seconds(1);
    options.loops = given.number("loops", 0);
    options.http.header_timeout = given.ms("header-timeout", 10'000);
    if (given.has("recovery")) {
        options.connection_state_recovery.emplace().max_disconnection_duration = given.ms("recovery", 0);
    }
    if (given.text("parser") == "msgpack") options.parser = sio::Parser::Msgpack;
    sio::Server io(std::move(options));
    conformance::add_fixture(io);
    conformance::add_rooms(io);

    sio::engineio::Server engine(io.loops(), engine_options("/engine.io/", given), conformance::echo);
    conformance::WebsocketEcho websocket_echo;
    io.router().add("/engine.io", engine);
    io.router().add("/ws-echo", websocket_echo);

    sio::runtime::ListenOptions listen{.port = static_cast<std::uint16_t>(given.number("port", 3000))};
    if (given.has("cert")) {
        auto tls = sio::runtime::TlsContext::load(given.text("cert"), given.text("key"));
        if (!tls) {
            std::cerr << tls.error().detail << '\n';
            return 1;
        }
        listen.tls = *tls;
    }
    const auto port = io.listen(listen);
    if (!port) {
        std::cerr << port.error().detail << '\n';
        return 1;
    }
    listen.port = *port;
    listen.host = "::1";  // the suites say localhost; a machine without IPv6 does without
    static_cast<void>(io.listen(listen));
    io.start();
    std::cout << "listening on " << (listen.tls ? "https" : "http") << "://127.0.0.1:" << *port << std::endl;

    while (signals.wait() == SIGHUP) {
        if (listen.tls && !listen.tls->reload()) std::cerr << "certificate not reloaded\n";
    }
    close_sessions(engine, io.loops());
    io.close();
}
