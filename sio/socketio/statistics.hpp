#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sio/engineio/session.hpp"
#include "sio/http/server.hpp"

namespace sio {

/// Packets of one event name: what clients sent to handlers of that name, and what was handed to sockets, each delivery for itself.
struct EventTotals {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
};

/// Of one namespace, since the server started but for the sockets, which are those connected now.
struct NamespaceStatistics {
    std::string name;
    std::size_t polling = 0;      ///< sockets whose connection polls
    std::size_t websocket = 0;    ///< sockets whose connection is a websocket
    std::uint64_t connected = 0;  ///< CONNECT packets answered with a socket
    std::uint64_t refused = 0;    ///< and with an error
    std::uint64_t recovered = 0;  ///< of `connected`: with their old session (protocol 1.5)
    std::uint64_t dropped = 0;    ///< volatile events that found no room
    /// The empty name: received, names without a handler; sent, those beyond the first kMaxSentNames and names that need escapes.
    std::map<std::string, EventTotals, std::less<>> events;
};

/// What a server does and has done. See Server::statistics.
struct Statistics {
    std::size_t polling = 0;    ///< Engine.IO sessions now
    std::size_t websocket = 0;  ///< Engine.IO sessions now
    std::uint64_t opened = 0;   ///< sessions
    std::uint64_t upgraded = 0;
    std::array<std::uint64_t, engineio::kCloseReasons> closed{};      ///< sessions, by engineio::CloseReason
    std::array<std::uint64_t, engineio::kHandshakeErrors> refused{};  ///< requests, by engineio::HandshakeError
    std::uint64_t refused_closing = 0;                                ///< new sessions, because the server shuts down
    std::uint64_t invalid_namespaces = 0;                             ///< CONNECTs to namespaces that are not there
    std::size_t queued_bytes = 0;                                     ///< output that no kernel has taken and no poll has fetched yet
    std::uint64_t overflows = 0;                                      ///< connections closed for letting too much output wait
    std::uint64_t received_bytes = 0;                                 ///< by all connections, within TLS
    std::uint64_t sent_bytes = 0;
    http::Server::Answers answers{};  ///< of HTTP, by the hundreds of their status, 1xx first
    std::vector<NamespaceStatistics> namespaces;
};

}  // namespace sio
