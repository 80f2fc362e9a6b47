#include "sio/socketio/registrar.hpp"

#include <stdexcept>
#include <utility>

#include "sio/socketio/handlers.hpp"

namespace sio {
namespace {

detail::Handlers& open(const std::shared_ptr<detail::Handlers>& handlers) {
    if (handlers->frozen) throw std::logic_error("handlers are registered before the server starts");
    return *handlers;
}

}  // namespace

Registrar::Registrar() : handlers_(std::make_shared<detail::Handlers>()) {}

Registrar& Registrar::on(std::string_view event, EventHandler handler) {
    open(handlers_).events[std::string(event)].push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_any(EventHandler handler) {
    open(handlers_).any.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_unknown(EventHandler handler) {
    open(handlers_).unknown.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_any_outgoing(OutgoingHandler handler) {
    open(handlers_).any_outgoing.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_connection(SocketHandler handler) {
    open(handlers_).connection.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_upgrade(SocketHandler handler) {
    open(handlers_).upgrade.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_disconnecting(DisconnectHandler handler) {
    open(handlers_).disconnecting.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_disconnect(DisconnectHandler handler) {
    open(handlers_).disconnect.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::use(Middleware middleware) {
    open(handlers_).middlewares.push_back(std::move(middleware));
    return *this;
}

Registrar& Registrar::use_event(EventMiddleware middleware) {
    open(handlers_).event_middlewares.push_back(std::move(middleware));
    return *this;
}

Registrar& Registrar::on_server_event(std::string_view event, ServerEventHandler handler) {
    open(handlers_).server_events[std::string(event)].push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::on_room_event(RoomHandler handler) {
    open(handlers_).room.push_back(std::move(handler));
    return *this;
}

Registrar& Registrar::describe(std::function<void(Socket&, json::Writer&)> writer) {
    open(handlers_).describe = std::move(writer);
    return *this;
}

Registrar& Registrar::on_restored(std::function<void(Socket&, json::Value)> handler) {
    open(handlers_).restored = std::move(handler);
    return *this;
}

}  // namespace sio
