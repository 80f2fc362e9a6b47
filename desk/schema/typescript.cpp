#include <string>

#include "desk/model/error.hpp"
#include "desk/schema/common_types.hpp"
#include "desk/schema/documents.hpp"
#include "desk/schema/events.hpp"
#include "desk/schema/records.hpp"

namespace desk::schema {

namespace {

constexpr std::string_view kHead =
    R"(// The events of InsightDesk Realtime for socket.io-client, made by `insightdesk print-schema typescript`.
//
//     import { io, type Socket } from "socket.io-client";
//     import type { Tickets } from "./insightdesk";
//     const socket: Socket<Tickets.ServerToClientEvents, Tickets.ClientToServerEvents> = io(url + "/tickets", { auth: { token } });

/** What an acknowledgement says. */
export type Acknowledgement<Result = {}> = ({ ok: true } & Result) | { ok: false; error: SocketError };

/** `auth` of a connection. */
export interface Auth {
    token: string;
    /** A cursor, or the eventId of the last event seen: what came after it is sent first. */
    since?: string | null;
    /** Tickets to subscribe to before the replay, in /tickets. */
    tickets?: string[];
    /** Conversations to join before the replay, in /chat. */
    conversations?: string[];
}
)";

std::string type_text(const Type& type, bool or_null = false);

std::string plain(const Type& type) {
    switch (type.kind) {
        case Kind::Any: return "unknown";
        case Kind::Integer:
        case Kind::Number: return "number";
        case Kind::Boolean: return "boolean";
        case Kind::Word: return std::string(type.words->name);
        case Kind::ErrorCode: return "ErrorCode";
        case Kind::Object: return std::string(type.object->name);
        case Kind::Partial: return "Partial<" + std::string(type.object->name) + ">";
        case Kind::AnyObject: return "Record<string, unknown>";
        case Kind::Array: {
            const std::string element = type_text(*type.element);
            return (element.contains(' ') ? '(' + element + ')' : element) + "[]";
        }
        case Kind::Map: return "Record<string, " + type_text(*type.element) + ">";
        case Kind::TextOrObject: return "string | " + std::string(type.object->name);
        case Kind::OneOrMany: return std::string(type.object->name) + " | " + std::string(type.object->name) + "[]";
        default: return "string";
    }
}

std::string type_text(const Type& type, bool or_null) { return plain(type) + (or_null || type.nullable ? " | null" : ""); }

void comment(std::string& out, std::string_view indent, std::string_view about) {
    if (!about.empty()) out.append(indent).append("/** ").append(about).append(" */\n");
}

void write_interface(std::string& out, const Object& object) {
    out += '\n';
    comment(out, "", object.about);
    out.append("export interface ").append(object.name).append(" {\n");
    for (const Field& field : object.fields) {
        comment(out, "    ", field.about);
        out.append("    ").append(field.name).append(field.required ? ": " : "?: ");
        out.append(type_text(field.type, object.input && !field.required)).append(";\n");
    }
    out += "}\n";
}

void write_words(std::string& out, std::string_view name, const auto& words) {
    out.append("\nexport type ").append(name).append(" =");
    for (const std::string_view word : words) out.append("\n    | \"").append(word).append("\"");
    out += ";\n";
}

void write_event(std::string& out, std::string_view indent, const ServerEvent& event) {
    comment(out, indent, event.about);
    const std::string payload = type_text(*event.payload);
    out.append(indent).append("\"").append(event.name).append("\": (payload: ").append(payload).append(event.logged ? " & Logged" : "");
    out += ") => void;\n";
}

void write_event(std::string& out, std::string_view indent, const ClientEvent& event) {
    comment(out, indent, event.about);
    out.append(indent).append("\"").append(event.name).append("\": (payload: ").append(type_text(*event.payload));
    out.append(", ack?: (answer: Acknowledgement");
    if (event.result != nullptr) out.append("<").append(type_text(*event.result)).append(">");
    out += ") => void) => void;\n";
}

template <class Events>
void write_events(std::string& out, std::string_view indent, std::string_view name, std::string_view bases, const Events& events) {
    out.append(indent).append("export interface ").append(name);
    if (!bases.empty()) out.append(" extends ").append(bases);
    out += " {\n";
    const std::string inner = std::string(indent) + "    ";
    for (const auto& event : events) write_event(out, inner, event);
    out.append(indent).append("}\n");
}

void write_namespace(std::string& out, const NamespaceEvents& nsp) {
    out += '\n';
    comment(out, "", std::string("`").append(nsp.path).append("`: ").append(nsp.about).append("."));
    out.append("export namespace ").append(nsp.name).append(" {\n");
    write_events(out, "    ", "ServerToClientEvents",
                 replays(nsp) ? "CommonServerToClientEvents, SyncEvents" : "CommonServerToClientEvents", nsp.from_server);
    write_events(out, "    ", "ClientToServerEvents", "CommonClientToServerEvents", nsp.from_client);
    out += "}\n";
}

}  // namespace

std::string typescript_declarations() {
    Records records;
    add_events(records);
    std::string out(kHead);
    for (const Object* object : records.objects()) write_interface(out, *object);
    for (const WordList* list : records.word_lists()) write_words(out, list->name, list->words);
    std::vector<std::string_view> codes;
    codes.reserve(kErrorCodes);
    for (std::size_t i = 0; i < kErrorCodes; ++i) codes.push_back(info(static_cast<ErrorCode>(i)).code);
    write_words(out, "ErrorCode", codes);
    out += "\n/** In every namespace. */\n";
    write_events(out, "", "CommonServerToClientEvents", "", common_server_events());
    out += '\n';
    write_events(out, "", "SyncEvents", "", sync_events());
    out += '\n';
    write_events(out, "", "CommonClientToServerEvents", "", common_client_events());
    for (const NamespaceEvents& nsp : namespaces()) write_namespace(out, nsp);
    return out;
}

}  // namespace desk::schema
