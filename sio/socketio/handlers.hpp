#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sio/socketio/registrar.hpp"

namespace sio::detail {

struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};

template <class T>
using ByName = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

/// What was registered for a namespace, or for all children of a dynamic one. Read by every loop, so fixed once `frozen`.
struct Handlers {
    ByName<std::vector<Registrar::EventHandler>> events;
    ByName<std::vector<Registrar::ServerEventHandler>> server_events;
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
