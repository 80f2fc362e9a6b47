#include "sio/socketio/disconnect_reason.hpp"

namespace sio {

std::string_view to_string(DisconnectReason reason) {
    switch (reason) {
        case DisconnectReason::ServerNamespaceDisconnect: return "server namespace disconnect";
        case DisconnectReason::ClientNamespaceDisconnect: return "client namespace disconnect";
        case DisconnectReason::ServerShuttingDown: return "server shutting down";
        case DisconnectReason::PingTimeout: return "ping timeout";
        case DisconnectReason::TransportClose: return "transport close";
        case DisconnectReason::TransportError: return "transport error";
        case DisconnectReason::ParseError: return "parse error";
        case DisconnectReason::ForcedClose: return "forced close";
        case DisconnectReason::ForcedServerClose: return "forced server close";
    }
    return "forced close";
}

bool recoverable(DisconnectReason reason) {
    switch (reason) {
        case DisconnectReason::ServerShuttingDown:
        case DisconnectReason::PingTimeout:
        case DisconnectReason::TransportClose:
        case DisconnectReason::TransportError:
        case DisconnectReason::ForcedClose:
        case DisconnectReason::ForcedServerClose: return true;
        case DisconnectReason::ServerNamespaceDisconnect:
        case DisconnectReason::ClientNamespaceDisconnect:
        case DisconnectReason::ParseError: return false;
    }
    return false;
}

DisconnectReason reason_of(engineio::CloseReason reason) {
    switch (reason) {
        case engineio::CloseReason::TransportClose: return DisconnectReason::TransportClose;
        case engineio::CloseReason::TransportError: return DisconnectReason::TransportError;
        case engineio::CloseReason::PingTimeout: return DisconnectReason::PingTimeout;
        case engineio::CloseReason::ParseError: return DisconnectReason::ParseError;
        case engineio::CloseReason::ForcedClose: return DisconnectReason::ForcedClose;
        case engineio::CloseReason::ForcedServerClose: return DisconnectReason::ForcedServerClose;
        case engineio::CloseReason::ServerShuttingDown: return DisconnectReason::ServerShuttingDown;
    }
    return DisconnectReason::ForcedClose;
}

}  // namespace sio
