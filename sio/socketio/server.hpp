#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <regex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/engineio/server.hpp"
#include "sio/http/server.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/drain.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/options.hpp"
#include "sio/socketio/socket.hpp"
#include "sio/socketio/statistics.hpp"

namespace sio {

namespace detail {
class Hub;
}

/// A Socket.IO v4 server (protocol revision 5 over Engine.IO 4). Register handlers, listen, start; close() ends it.
///
///     sio::Server io;
///     io.of("/chat").on("message", [](sio::Socket& socket, const sio::Event& event) { socket.broadcast().emit("message", event[0]); });
///     io.listen({.host = "127.0.0.1", .port = 3000}).value();
///     io.start();
class Server {
public:
    /// Owns its loops.
    explicit Server(Options options = {});
    /// Runs on loops that others use too and that outlive it. Call close() before they stop, destroy it after.
    Server(runtime::LoopGroup& loops, Options options);
    /// Closes.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// The namespace of that name, made when it is not there yet; `chat` means `/chat`. New ones before start() only (std::logic_error).
    Namespace& of(std::string_view name);
    /// Namespaces made on demand. The first that matches wins, static ones before all. Before start().
    DynamicNamespace& of(std::regex pattern);
    DynamicNamespace& of(NamespaceMatcher matcher);
    /// The namespace of that name, or nullptr. Thread: any.
    Namespace* find(std::string_view name) const;
    /// A child of a dynamic namespace was made. Thread: the loop of its first client. Before start().
    void on_new_namespace(std::function<void(Namespace&)> handler);
    /// Every namespace and dynamic namespace made so far, for what registers handlers everywhere. Before start().
    void for_each_registrar(FunctionRef<void(Registrar&)> visit);
    /// The connections of the calling loop, until `visit` says false; it may end the one it is given. Thread: loop.
    void for_each_connection(FunctionRef<bool(Connection&)> visit);

    // The main namespace, for short.
    Registrar& on(std::string_view event, Registrar::EventHandler handler) { return main_.on(event, std::move(handler)); }
    Registrar& on_connection(Registrar::SocketHandler handler) { return main_.on_connection(std::move(handler)); }
    Registrar& on_disconnect(Registrar::DisconnectHandler handler) { return main_.on_disconnect(std::move(handler)); }
    Registrar& on_any(Registrar::EventHandler handler) { return main_.on_any(std::move(handler)); }
    Registrar& use(Registrar::Middleware middleware) { return main_.use(std::move(middleware)); }
    Broadcast to(std::string_view room) { return main_.to(room); }
    template <RoomNames Range>
    Broadcast to(const Range& rooms) {
        return main_.to(rooms);
    }
    Broadcast except(std::string_view room) { return main_.except(room); }
    template <class... Args>
    void emit(std::string_view event, const Args&... args) {
        main_.emit(event, args...);
    }

    /// Other HTTP routes beside Socket.IO's own. Before start().
    http::Router& router() { return router_; }
    http::Server& http() { return *http_; }
    /// Any number of addresses, before or after start(). Returns the port. Errors: System, Tls.
    Result<std::uint16_t> listen(runtime::ListenOptions options);
    /// Starts the loops, when they are its own, and fixes what was registered.
    void start();
    /// No new connections and sessions from now on; those there are go on. Thread: any.
    void drain();
    /// No new sessions from now on (503), and those there are end little by little with `server shutting down`: stock clients hear
    /// `transport close` and connect again by themselves. Connections are still accepted, for the polls of those that are left. Wait for
    /// sessions() to be 0, then close().
    void drain(const DrainOptions& options);
    /// Open sessions. Thread: any.
    std::size_t sessions() const;
    /// What the server does and has done, each loop asked in a turn of its own; costs the loops nothing else. `done` runs on the loop that
    /// answered last, and never when the loops have stopped. Thread: any, after start().
    void statistics(std::move_only_function<void(Statistics)> done);
    /// Stops listening, ends every session with `server shutting down`, closes the adapters, writes what is queued, and stops the
    /// loops, when they are its own. Blocks until that is done. Thread: any but a loop's.
    void close();

    runtime::LoopGroup& loops() { return loops_; }
    engineio::Server& engine() { return *engine_; }
    const Options& options() const { return options_; }

    /// Gives an exception of user code to Options::on_error. Thread: any.
    void report(std::string_view nsp, std::string_view event, std::string_view what) const;

    /// Runs `task` with the socket on its loop, in a later turn or later in this one; drops it when the socket is gone.
    void post(const SocketHandle& socket, std::move_only_function<void(Socket&)> task);
    /// Whether the calling thread runs the loop that `socket` is on.
    bool on_loop_of(const SocketHandle& socket) const;
    /// The socket, when it is of the calling loop and still there. Thread: loop.
    Socket* find(const SocketHandle& socket);

private:
    friend class Broadcast;
    friend class Connection;
    friend class Namespace;
    friend class Hold;
    friend class Next;
    friend class Socket;
    friend class detail::Hub;
    friend class detail::RoomTable;
    friend class detail::SocketPackets;

    /// With its own loops when `loops` is null.
    Server(runtime::LoopGroup* loops, Options options);
    engineio::SessionHandler* open(engineio::Session& session);
    /// For a CONNECT: finds or makes it and counts one occupant more. nullptr: no such namespace.
    Namespace* enter(std::string_view name, json::Value auth);
    void left(Namespace& nsp);
    detail::Hub& hub(unsigned loop) { return *hubs_[loop]; }
    /// The calling loop's hub, or the first loop's when no loop calls.
    detail::Hub& home() const;
    std::vector<std::unique_ptr<detail::Hub>> make_hubs();
    void add_statistics(unsigned loop, Statistics& sum) const;

    Options options_;
    bool started_ = false;
    bool closed_ = false;
    std::unique_ptr<runtime::LoopGroup> owned_loops_;
    runtime::LoopGroup& loops_;
    std::vector<std::unique_ptr<detail::Hub>> hubs_;  // one a loop
    mutable std::shared_mutex namespaces_mutex_;
    std::map<std::string, std::unique_ptr<Namespace>, std::less<>> namespaces_;  // guarded by namespaces_mutex_
    std::vector<std::unique_ptr<DynamicNamespace>> dynamic_;
    std::function<void(Namespace&)> on_new_namespace_;
    Namespace& main_;
    http::Router router_;
    std::unique_ptr<engineio::Server> engine_;
    std::unique_ptr<http::Server> http_;
    std::vector<std::unique_ptr<runtime::Listener>> listeners_;
};

}  // namespace sio
