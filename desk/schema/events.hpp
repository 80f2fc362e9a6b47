#pragma once

#include <span>
#include <string_view>

#include "desk/schema/type.hpp"

namespace desk::schema {

/// What a client may emit. It may ask for an acknowledgement: `{ok:true}` with the members of `result`, or `{ok:false, error}`.
struct ClientEvent {
    std::string_view name;
    const Type* payload;
    const Type* result;  ///< null: nothing but `ok`
    std::string_view about;
};

/// What the server emits.
struct ServerEvent {
    std::string_view name;
    const Type* payload;
    bool logged;  ///< has eventId and seq, and is replayed
    std::string_view about;
};

struct NamespaceEvents {
    std::string_view path;
    std::string_view name;  ///< for programs: Main, Tickets
    std::string_view about;
    std::span<const ClientEvent> from_client;
    std::span<const ServerEvent> from_server;
};

/// All namespaces; the events of every namespace (`common_*`) are not repeated in them.
std::span<const NamespaceEvents> namespaces();
std::span<const ClientEvent> common_client_events();
std::span<const ServerEvent> common_server_events();
/// Those of the namespaces that replay what was missed: sync:ready, sync:required.
std::span<const ServerEvent> sync_events();
bool replays(const NamespaceEvents& nsp);

/// The event of that name that a client may emit in the namespace; null when there is none.
const ClientEvent* client_event(std::string_view nsp, std::string_view event);

}  // namespace desk::schema
