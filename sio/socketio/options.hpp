#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "sio/engineio/options.hpp"
#include "sio/http/server.hpp"
#include "sio/socketio/adapter.hpp"

namespace sio {

/// A handler threw. Only the event it was called for is lost.
struct HandlerError {
    std::string_view nsp;
    std::string_view event;  ///< the event's name, or `connection`, `disconnecting`, `disconnect`, `middleware`
    std::string_view what;
};

/// How packets travel; clients must use the same.
enum class Parser : std::uint8_t {
    Text,     ///< JSON, binary as attachments: every client's default
    Msgpack,  ///< as `socket.io-msgpack-parser`
};

/// Connection state recovery: a client that lost its transport gets its id, rooms, data and missed events back.
struct RecoveryOptions {
    std::chrono::milliseconds max_disconnection_duration{120'000};
    bool skip_middlewares = true;              ///< of a client that recovers; else they see it as a new one first
    std::size_t max_bytes = 64 * 1024 * 1024;  ///< of events kept, each loop and namespace; the oldest go first
    std::size_t max_sessions = 100'000;        ///< kept, each namespace; the oldest go first
};

/// Defaults are those of the reference server, socket.io 4.8, where it has the option.
///
/// `engine.allow_eio3` lets clients of Socket.IO 2 in (socket.io-client 2.x), as Node's `allowEIO3` does. What is different for them:
/// - They join `/` by connecting. Their Socket::auth() is the query behind the namespace, `io("/admin?token=x")` or
///   `io("/admin", {query: {token: "x"}})`, an object of texts; in `/` it is `{}`, and the query is in the hand-shake alone.
/// - A refusal is one value: the error's data, else its message.
/// - A socket's id is the one its client knows it by: that of the Engine.IO session, in other namespaces than `/` with `/nsp#` before it.
///   Whoever is told such an id can act for the session.
/// - They recover no session.
/// Connection::protocol() tells them apart.
struct Options {
    engineio::Options engine;
    http::Limits http;
    unsigned loops = 0;                                        ///< 0: one a core
    std::chrono::milliseconds connect_timeout{45'000};         ///< a connection that joined no namespace by then is closed
    std::size_t max_pending_events = 64;                       ///< of a held socket; reading pauses above it
    std::size_t max_attachments = 10;                          ///< of one packet; more closes the connection
    std::size_t max_namespace_length = 256;                    ///< bytes of a name in a CONNECT; longer closes the connection
    std::size_t max_namespaces_per_connection = 64;            ///< joined at once; more is refused as `Invalid namespace`
    std::size_t max_broadcast_reply_bytes = 64 * 1024 * 1024;  ///< of all replies to one broadcast; past it that ends, not complete
    bool cleanup_empty_child_namespaces = false;               ///< a dynamic namespace goes with its last socket
    Parser parser = Parser::Text;
    bool retain_auth = false;                                  ///< keep each socket's CONNECT payload
    std::optional<RecoveryOptions> connection_state_recovery;  ///< of the in-memory adapter; unset: off
    AdapterFactory adapter;                                    ///< empty: in memory, this server alone
    std::function<void(const HandlerError&)> on_error;         ///< empty: standard error. Thread: any
};

}  // namespace sio
