#include <algorithm>
#include <ranges>
#include <vector>

#include "desk/schema/common_types.hpp"
#include "desk/schema/documents.hpp"
#include "desk/schema/events.hpp"
#include "desk/schema/json_schema.hpp"

namespace desk::schema {

namespace {

using sio::json::Writer;

constexpr std::string_view kAbout =
    "Socket.IO v4 (Engine.IO v4) below /socket.io, transports websocket and polling. Each channel is a Socket.IO namespace, each message "
    "an "
    "event with one argument; `name` is the event. Connect with `auth: {token}`, and with `auth.since` (a cursor or the last eventId) to "
    "have what was missed sent first. An event that asks for an acknowledgement is answered by it: {ok: true} with the result, or {ok: "
    "false, error}; without one errors come as event `error`. Unknown members are ignored; members are only added within v1.";

/// What a namespace's clients may emit, those of all namespaces among them.
std::vector<const ClientEvent*> from_client(const NamespaceEvents& nsp) {
    std::vector<const ClientEvent*> events;
    for (const auto list : {nsp.from_client, common_client_events()}) {
        for (const ClientEvent& event : list) events.push_back(&event);
    }
    return events;
}

std::vector<const ServerEvent*> from_server(const NamespaceEvents& nsp) {
    std::vector<const ServerEvent*> events;
    for (const auto list : {nsp.from_server, replays(nsp) ? sync_events() : std::span<const ServerEvent>(), common_server_events()}) {
        for (const ServerEvent& event : list) events.push_back(&event);
    }
    return events;
}

std::string key_of(std::string_view event, std::string_view suffix) {
    std::string key(event);
    std::ranges::replace(key, ':', '.');
    return key.append(".").append(suffix);
}

std::string channel_of(const NamespaceEvents& nsp) {
    std::string name(nsp.name);
    name.front() = static_cast<char>(name.front() + ('a' - 'A'));
    return name;
}

void write_ref(Writer& w, std::string_view to) { w.begin_object().field("$ref", to).end_object(); }

void write_message(Writer& w, std::string_view key, std::string_view event, std::string_view about, const auto& payload) {
    w.key(key).begin_object().field("name", event).field("title", event).field("summary", about).key("payload");
    payload();
    w.end_object();
}

void write_logged(Writer& w, const Type& payload) {
    w.begin_object().key("allOf").begin_array();
    write_schema(w, payload);
    write_schema(w, ref(kLogged));
    w.end_array().end_object();
}

/// `{ok:true, ...result}` or `{ok:false, error}`.
void write_acknowledgement(Writer& w, const ClientEvent& event) {
    w.begin_object().key("oneOf").begin_array();
    w.begin_object().key("allOf").begin_array();
    w.begin_object().field("type", "object").key("properties").begin_object();
    w.key("ok").begin_object().field("const", true).end_object().end_object();
    w.key("required").begin_array().value("ok").end_array().end_object();
    if (event.result != nullptr) write_schema(w, *event.result);
    w.end_array().end_object();
    write_schema(w, Type{.kind = Kind::Object, .object = &kFailure});
    w.end_array().end_object();
}

void write_messages(Writer& w, const NamespaceEvents& nsp) {
    w.key("messages").begin_object();
    for (const ClientEvent* event : from_client(nsp)) {
        write_message(w, key_of(event->name, "client"), event->name, event->about, [&] { write_schema(w, *event->payload); });
        write_message(w, key_of(event->name, "ack"), event->name, "Acknowledgement", [&] { write_acknowledgement(w, *event); });
    }
    for (const ServerEvent* event : from_server(nsp)) {
        write_message(w, key_of(event->name, "server"), event->name, event->about, [&] {
            if (event->logged)
                write_logged(w, *event->payload);
            else
                write_schema(w, *event->payload);
        });
    }
    w.end_object();
}

void write_channels(Writer& w) {
    w.key("channels").begin_object();
    for (const NamespaceEvents& nsp : namespaces()) {
        w.key(channel_of(nsp)).begin_object().field("address", nsp.path).field("title", nsp.about);
        write_messages(w, nsp);
        w.end_object();
    }
    w.end_object();
}

void write_operation(Writer& w, const NamespaceEvents& nsp, std::string_view action, std::string_view event, std::string_view about,
                     std::string_view suffix) {
    const std::string channel = "#/channels/" + channel_of(nsp);
    w.key(channel_of(nsp) + '.' + key_of(event, suffix)).begin_object().field("action", action).field("summary", about);
    w.key("channel");
    write_ref(w, channel);
    w.key("messages").begin_array();
    write_ref(w, channel + "/messages/" + key_of(event, suffix));
    w.end_array();
    if (action == "receive") {
        w.key("reply").begin_object().key("channel");
        write_ref(w, channel);
        w.key("messages").begin_array();
        write_ref(w, channel + "/messages/" + key_of(event, "ack"));
        w.end_array().end_object();
    }
    w.end_object();
}

void write_operations(Writer& w) {
    w.key("operations").begin_object();
    for (const NamespaceEvents& nsp : namespaces()) {
        for (const ClientEvent* event : from_client(nsp)) write_operation(w, nsp, "receive", event->name, event->about, "client");
        for (const ServerEvent* event : from_server(nsp)) write_operation(w, nsp, "send", event->name, event->about, "server");
    }
    w.end_object();
}

void write_servers(Writer& w) {
    w.key("servers").begin_object();
    w.key("production").begin_object().field("host", "api.insightdesk.com").field("protocol", "wss").field("pathname", "/socket.io");
    w.end_object().key("staging").begin_object().field("host", "staging-api.insightdesk.com").field("protocol", "wss");
    w.field("pathname", "/socket.io").end_object();
    w.key("development").begin_object().field("host", "localhost:3001").field("protocol", "ws").field("pathname", "/socket.io");
    w.end_object().end_object();
}

}  // namespace

std::string asyncapi_document() {
    Records records;
    add_events(records);
    records.add(ref(kFailure));
    std::string out;
    Writer w(out);
    w.begin_object().field("asyncapi", "3.0.0").key("info").begin_object().field("title", "InsightDesk Realtime").field("version", "1.0.0");
    w.field("description", kAbout).end_object().field("defaultContentType", "application/json");
    write_servers(w);
    write_channels(w);
    write_operations(w);
    w.key("components").begin_object().key("schemas");
    write_schemas(w, records);
    w.end_object().end_object();
    return indented(out);
}

}  // namespace desk::schema
