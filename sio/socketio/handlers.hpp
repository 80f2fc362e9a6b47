#pragma once

#include <functional>
#include <vector>

#include "sio/base/string_map.hpp"
#include "sio/socketio/registrar.hpp"

namespace sio::detail {

/// What was registered for a namespace, or for all children of a dynamic one. Read by every loop, so fixed once `frozen`.
struct Handlers {
    StringMap<std::vector<Registrar::EventHandler>> events;
    StringMap<std::vector<Registrar::ServerEventHandler>> server_events;
    std::vector<Registrar::EventHandler> any;
    std::vector<Registrar::EventHandler> unknown;
    std::vector<Registrar::OutgoingHandler> any_outgoing;
    std::vector<Registrar::SocketHandler> connection;
    std::vector<Registrar::SocketHandler> upgrade;
    std::vector<Registrar::DisconnectHandler> disconnecting;
    std::vector<Registrar::DisconnectHandler> disconnect;
    std::vector<Registrar::Middleware> middlewares;
    std::vector<Registrar::EventMiddleware> event_middlewares;
    std::vector<Registrar::RoomHandler> room;
    std::function<void(Socket&, json::Writer&)> describe;
    std::function<void(Socket&, json::Value)> restored;
    bool frozen = false;
};

}  // namespace sio::detail
