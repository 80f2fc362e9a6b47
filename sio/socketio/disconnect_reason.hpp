#pragma once

#include <cstdint>
#include <string_view>

#include "sio/engineio/session.hpp"

namespace sio {

/// Why a socket left its namespace; the texts are the reference server's (protocol 1.5).
enum class DisconnectReason : std::uint8_t {
    ServerNamespaceDisconnect,  ///< "server namespace disconnect": Socket::disconnect(), Connection::disconnect()
    ClientNamespaceDisconnect,  ///< "client namespace disconnect": the client sent `41`
    ServerShuttingDown,         ///< "server shutting down": Server::close()
    PingTimeout,                ///< "ping timeout"
    TransportClose,             ///< "transport close"
    TransportError,             ///< "transport error"
    ParseError,                 ///< "parse error": a malformed Engine.IO packet
    ForcedClose,                ///< "forced close": a malformed Socket.IO packet, or one out of place
    ForcedServerClose,          ///< "forced server close": Connection::close()
};

std::string_view to_string(DisconnectReason reason);
/// Whether a client may come back and take its session up: nobody meant to end it (protocol 1.5).
bool recoverable(DisconnectReason reason);
DisconnectReason reason_of(engineio::CloseReason reason);

}  // namespace sio
