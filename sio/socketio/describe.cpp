#include "sio/socketio/describe.hpp"

#include "sio/base/bytes.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/base/utf8.hpp"
#include "sio/http/query.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/guarded.hpp"
#include "sio/socketio/handlers.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/socket.hpp"

namespace sio::detail {
namespace {

/// The part of `text` before `separator`, taken off it with the separator.
std::string_view take(std::string_view& text, std::string_view separator) {
    const auto at = text.find(separator);
    const auto part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
    return part;
}

void write_headers(json::Writer& writer, std::string_view lines) {
    writer.begin_object();
    while (!lines.empty()) {
        std::string_view value = take(lines, "\r\n");
        const auto name = take(value, ":");
        writer.field(utf8::repair(to_lower(name)), utf8::repair(trim(value)));
    }
    writer.end_object();
}

void write_query(json::Writer& writer, const engineio::Handshake& handshake) {
    writer.begin_object();
    http::for_each_pair(handshake.query, [&](std::string_view key, const auto&) {
        if (const auto value = handshake.parameter(key)) writer.field(utf8::repair(key), utf8::repair(*value));
    });
    writer.end_object();
}

/// The members that Node's servers give (protocol 2.1, response 5).
std::string handshake_of(Socket& socket) {
    std::string text;
    const auto* const handshake = socket.connection().open() ? socket.connection().handshake() : nullptr;
    if (handshake == nullptr) return "{}";
    json::Writer writer(text);
    writer.begin_object();
    writer.key("headers");
    write_headers(writer, handshake->headers);
    writer.field("time", format_iso8601(handshake->issued_unix_ms));
    writer.field("address", utf8::repair(handshake->address));
    writer.field("xdomain", handshake->cross_domain);
    writer.field("secure", handshake->secure);
    writer.field("issued", handshake->issued_unix_ms);
    writer.field("url", utf8::repair(socket.server().options().engine.path + "?" + handshake->query));
    writer.key("query");
    write_query(writer, *handshake);
    writer.field("auth", json::Raw{socket.auth()});
    writer.end_object();
    return text;
}

}  // namespace

RemoteSocket describe(Socket& socket) {
    RemoteSocket remote;
    remote.id = socket.id();
    for (const auto room : socket.rooms()) remote.rooms.emplace_back(room);
    remote.handshake = handshake_of(socket);
    if (auto data = described_data(socket); !data.empty()) remote.data = std::move(data);
    return remote;
}

std::string described_data(Socket& socket) {
    std::string data;
    const auto& describe_data = socket.nsp().handlers().describe;
    if (!describe_data) return data;
    json::Writer writer(data);
    if (!guarded(socket.server(), socket.nsp().name(), "describe", [&] { describe_data(socket, writer); })) data.clear();
    return data;
}

Reply first_of(const Arguments& arguments) {
    if (arguments.empty()) return {"null", {}};
    Encoder encoder;
    encoder.add(arguments.slice(0, 1));
    auto [array, attachments] = encoder.finish_text();
    return {array.substr(1, array.size() - 2), std::move(attachments)};
}

}  // namespace sio::detail
