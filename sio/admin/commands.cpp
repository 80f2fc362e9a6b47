#include "sio/admin/commands.hpp"

#include <optional>

#include "sio/socketio/server.hpp"

namespace sio::admin {
namespace {

constexpr std::size_t kMaxName = 512;

std::optional<std::string_view> name(json::Value value) {
    const auto text = value.string();
    if (!text || text->empty() || text->size() > kMaxName) return std::nullopt;
    return text;
}

/// All of a namespace without a filter: missing, null or empty. nullopt: one of them is none.
std::optional<Broadcast> target(Socket& page, json::Value nsp, json::Value filter) {
    const auto nsp_name = name(nsp);
    Namespace* const found = nsp_name ? page.server().find(*nsp_name) : nullptr;
    if (found == nullptr) return std::nullopt;
    Broadcast target(*found);
    if (!filter.exists() || filter.is_null() || filter.string() == "") return target;
    const auto room = name(filter);
    if (!room) return std::nullopt;
    return target.to(*room);
}

void emit(Socket& page, const Event& command) {
    const auto sockets = target(page, command[0], command[1]);
    const auto event = name(command[2]);
    if (sockets && event && !reserved_event(*event)) sockets->emit(*event, command.args().slice(3));
}

void join(Socket& page, const Event& command) {
    const auto sockets = target(page, command[0], command[2]);
    const auto room = name(command[1]);
    if (sockets && room) sockets->sockets_join(*room);
}

void leave(Socket& page, const Event& command) {
    const auto sockets = target(page, command[0], command[2]);
    const auto room = name(command[1]);
    if (sockets && room) sockets->sockets_leave(*room);
}

void disconnect(Socket& page, const Event& command) {
    const auto sockets = target(page, command[0], command[2]);
    const auto close = command[1].boolean();
    if (sockets && close) sockets->disconnect_sockets(*close);
}

}  // namespace

void add_commands(Namespace& admin) { admin.on("emit", emit).on("join", join).on("leave", leave).on("_disconnect", disconnect); }

}  // namespace sio::admin
