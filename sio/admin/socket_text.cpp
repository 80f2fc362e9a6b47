#include "sio/admin/socket_text.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include "sio/base/bytes.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/utf8.hpp"
#include "sio/http/query.hpp"
#include "sio/runtime/digest.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/describe.hpp"
#include "sio/socketio/server.hpp"

namespace sio::admin {
namespace {

constexpr std::size_t kClientIdBytes = 6;
constexpr std::size_t kMaxRooms = 200;
constexpr std::size_t kMaxData = 4096;
constexpr std::string_view kRedacted = "[redacted]";
constexpr std::array<std::string_view, 6> kShownHeaders{
    "host", "user-agent", "origin", "accept-language", "x-forwarded-for", "x-forwarded-proto"};
constexpr std::array<std::string_view, 5> kShownParameters{"EIO", "transport", "t", "b64", "j"};

/// The query with its values, as far as they may be seen: given one by one, in order.
template <class Each>
void for_each_parameter(const engineio::Handshake& handshake, const Each& each) {
    http::for_each_pair(handshake.query, [&](std::string_view key, const auto&) {
        if (key.empty()) return;
        const auto value = handshake.parameter(key);
        const bool shown = value && std::ranges::find(kShownParameters, key) != kShownParameters.end();
        each(utf8::repair(key), shown ? utf8::repair(*value) : std::string(kRedacted));
    });
}

void write_handshake(json::Writer& writer, Socket& socket) {
    const auto* const handshake = socket.connection().handshake();
    writer.begin_object();
    writer.field("address", handshake != nullptr ? utf8::repair(handshake->address) : std::string());
    writer.key("headers").begin_object();
    for (const auto name : kShownHeaders) {
        if (const auto value = handshake != nullptr ? handshake->header(name) : std::nullopt) writer.field(name, utf8::repair(*value));
    }
    writer.end_object();
    std::string url = socket.server().options().engine.path;
    writer.key("query").begin_object();
    if (handshake != nullptr) {
        char separator = '?';
        for_each_parameter(*handshake, [&](const std::string& key, const std::string& value) {
            writer.field(key, value);
            url.append(1, std::exchange(separator, '&')).append(key).append(1, '=').append(value);
        });
    }
    writer.end_object();
    writer.field("url", url);
    if (handshake != nullptr) {
        writer.field("issued", handshake->issued_unix_ms).field("time", format_iso8601(handshake->issued_unix_ms));
        writer.field("secure", handshake->secure).field("xdomain", handshake->cross_domain);
    }
    writer.end_object();
}

}  // namespace

std::string client_id(Socket& socket) {
    return hex(runtime::bytes_of(runtime::sha256(socket.connection().id())).substr(0, kClientIdBytes));
}

std::string_view transport_name(Socket& socket) {
    return socket.connection().transport() == engineio::TransportKind::Polling ? "polling" : "websocket";
}

void write_socket(json::Writer& writer, Socket& socket) {
    writer.begin_object().field("id", socket.id()).field("clientId", client_id(socket)).field("transport", transport_name(socket));
    writer.field("nsp", socket.nsp().name());
    const std::string data = detail::described_data(socket);
    writer.field("data", json::Raw{data.empty() || data.size() > kMaxData ? std::string_view("{}") : data});
    writer.key("handshake");
    write_handshake(writer, socket);
    writer.key("rooms").begin_array();
    for (const auto room : socket.rooms() | std::views::take(kMaxRooms)) writer.value(utf8::repair(room));
    writer.end_array().end_object();
}

}  // namespace sio::admin
