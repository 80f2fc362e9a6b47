// sio-conformance: the fixtures that the official protocol suites and kosoku drive (docs/conformance.md).
// Timers are those of the suites unless named: 300 and 200 ms are too short for a machine that is busy with other tests.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <future>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include "engine_echo.hpp"
#include "sio/socketio/socketio.hpp"
#include "socket_fixture.hpp"
#include "websocket_echo.hpp"

namespace {

constexpr std::string_view kUsage =
    "usage: sio-conformance [--port 3000] [--loops N] [--cert FILE --key FILE]\n"
    "                       [--ping-interval MS] [--ping-timeout MS] [--header-timeout MS] [--recovery MS]\n"
    "                       [--parser text|msgpack]\n";

using Arguments = std::map<std::string, std::string, std::less<>>;

unsigned number(const Arguments& values, std::string_view name, unsigned otherwise) {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : static_cast<unsigned>(std::stoul(found->second));
}

sio::engineio::Options engine_options(std::string path, const Arguments& values) {
    sio::engineio::Options options;
    options.path = std::move(path);
    options.ping_interval = std::chrono::milliseconds(number(values, "ping-interval", 300));
    options.ping_timeout = std::chrono::milliseconds(number(values, "ping-timeout", 200));
    options.max_queue_bytes = std::size_t{8} << 20;  // a client may send several largest messages before it fetches what comes back
    options.cors.origins = {"*"};
    return options;
}

/// `--name value` pairs; anything else is an error.
Arguments arguments(int argc, char** argv) {
    Arguments values;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (!name.starts_with("--") || i + 1 == argc) {
            std::cerr << kUsage;
            std::exit(2);
        }
        values[std::string(name.substr(2))] = argv[i + 1];
    }
    return values;
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
    // Signals are for sigwait below, also in the threads that start() makes.
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);

    auto values = arguments(argc, argv);
    sio::Options options;
    options.engine = engine_options("/socket.io/", values);
    options.connect_timeout = std::chrono::seconds(1);
    options.loops = number(values, "loops", 0);
    options.http.header_timeout = std::chrono::milliseconds(number(values, "header-timeout", 10'000));
    if (values.contains("recovery")) {
        options.connection_state_recovery.emplace().max_disconnection_duration = std::chrono::milliseconds(number(values, "recovery", 0));
    }
    if (values["parser"] == "msgpack") options.parser = sio::Parser::Msgpack;
    sio::Server io(std::move(options));
    conformance::add_fixture(io);
    conformance::add_rooms(io);

    sio::engineio::Server engine(io.loops(), engine_options("/engine.io/", values), conformance::echo);
    conformance::WebsocketEcho websocket_echo;
    io.router().add("/engine.io", engine);
    io.router().add("/ws-echo", websocket_echo);

    sio::runtime::ListenOptions listen{.port = static_cast<std::uint16_t>(number(values, "port", 3000))};
    if (values.contains("cert")) {
        auto tls = sio::runtime::TlsContext::load(values["cert"], values["key"]);
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

    for (int signal = 0; sigwait(&signals, &signal) == 0 && signal == SIGHUP;) {
        if (listen.tls && !listen.tls->reload()) std::cerr << "certificate not reloaded\n";
    }
    close_sessions(engine, io.loops());
    io.close();
}
