#include "sio/admin/watch.hpp"

#include <atomic>
#include <string>
#include <utility>

#include "sio/admin/socket_text.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/utf8.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/server.hpp"

namespace sio::admin {
namespace {

constexpr std::size_t kMaxArguments = 4096;
constexpr std::size_t kMaxName = 256;
constexpr std::uint32_t kMaxToldPerSecond = 500;
constexpr std::int64_t kMillisecondsPerSecond = 1000;

std::string now() { return format_iso8601(runtime::Loop::current()->unix_ms()); }

/// `["name","why"]`, for arguments that are not shown; a name that no handler can have is not shown either.
std::string without_arguments(std::string_view quoted_name, std::string_view why) {
    std::string text = "[";
    text += quoted_name.size() > kMaxName ? R"("...")" : quoted_name;
    text += ',';
    json::Writer(text).value(why);
    return text += ']';
}

std::string too_large(std::size_t bytes) { return "[" + std::to_string(bytes) + " bytes]"; }

/// The name in `["name",...]` with its quotes.
std::string_view quoted_name(std::string_view json) {
    std::size_t end = 2;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2U : 1U;
    return json.substr(1, end);
}

}  // namespace

/// What is known of a registrar: its namespace, once one of its sockets was met, unless that is one of many.
struct Watch::Place {
    std::atomic<const Namespace*> nsp{nullptr};
};

Watch::Watch(Namespace& admin, Hidden hidden)
    : admin_(admin), hidden_(std::move(hidden)), pages_(admin), rates_(admin.server().loops().size()) {}

void Watch::begin(const std::shared_ptr<Watch>& self) {
    admin_.server().for_each_registrar([&](Registrar& registrar) { add_to(registrar, self); });
    admin_.on_disconnect([self](Socket& page, DisconnectReason) { self->pages_.remove(page); });
}

void Watch::add_to(Registrar& registrar, const std::shared_ptr<Watch>& self) {
    const auto place = std::make_shared<Place>();
    registrar.on_connection([self, place](Socket& socket) { self->connected(socket, *place); });
    registrar.on_upgrade([self](Socket& socket) {
        if (!self->pages_.any()) return;
        self->tell("socket_updated",
                   json::object({{"id", socket.id()}, {"nsp", socket.nsp().name()}, {"transport", transport_name(socket)}}));
    });
    registrar.on_disconnect([self](Socket& socket, DisconnectReason reason) { self->left(socket, reason); });
    // A socket's own room comes and goes with it, also when it is not let in.
    registrar.on_room_event([self, place](RoomEvent change, std::string_view room, std::string_view socket) {
        const auto* const nsp = place->nsp.load(std::memory_order_acquire);
        if (!self->pages_.any() || nsp == nullptr || socket.empty() || room == socket) return;
        self->tell(change == RoomEvent::Joined ? "room_joined" : "room_left", nsp->name(), utf8::repair(room), socket, now());
    });
    if (static_cast<const Registrar*>(&admin_) == &registrar) return;
    registrar.on_any([self](Socket& socket, const Event& event) { self->received(socket, event); });
    registrar.on_any_outgoing([self](Socket& socket, const EncodedEvent& event) { self->sent(socket, event); });
}

void Watch::connected(Socket& socket, Place& place) {
    const bool only_one = socket.nsp().parent() == nullptr;
    if (only_one && place.nsp.load(std::memory_order_relaxed) == nullptr) place.nsp.store(&socket.nsp(), std::memory_order_release);
    if (!pages_.any()) return;
    std::string text;
    json::Writer writer(text);
    write_socket(writer, socket);
    tell("socket_connected", json::Raw{text}, now());
}

void Watch::left(Socket& socket, DisconnectReason reason) {
    if (!pages_.any()) return;
    tell("socket_disconnected", socket.nsp().name(), socket.id(), to_string(reason), now());
    tell("room_left", socket.nsp().name(), socket.id(), socket.id(), now());
}

bool Watch::may_tell(Socket& socket) {
    if (!pages_.any()) return false;
    const auto& loop = socket.connection().loop();
    auto& rate = rates_[loop.index()];
    const auto second = loop.unix_ms() / kMillisecondsPerSecond;
    if (std::exchange(rate.second, second) != second) rate.told = 0;
    return ++rate.told <= kMaxToldPerSecond;
}

void Watch::received(Socket& socket, const Event& event) {
    if (!may_tell(socket)) return;
    const auto nsp = socket.nsp().name();
    std::string text;
    if (hidden(nsp, event.name())) {
        text = without_arguments(json::text(event.name()).view(), "[hidden]");
    } else if (event.bytes() > kMaxArguments) {
        text = without_arguments(json::text(event.name()).view(), too_large(event.bytes()));
    } else {
        json::Writer writer(text);
        writer.begin_array().value(event.name());
        for (std::size_t i = 0; i < event.size(); ++i) writer.value(event[i]);
        writer.end_array();
    }
    tell("event_received", nsp, socket.id(), json::Raw{text}, now());
}

void Watch::sent(Socket& socket, const EncodedEvent& event) {
    if (!may_tell(socket)) return;
    const auto nsp = socket.nsp().name();
    const auto json = event.json();
    const auto quoted = quoted_name(json);
    // A name with escapes is not worth a parser: where anything is hidden, it is too.
    const bool plain = quoted.find('\\') == std::string_view::npos;
    const bool is_hidden = plain ? hidden(nsp, quoted.substr(1, quoted.size() - 2)) : static_cast<bool>(hidden_);
    std::string text;
    if (is_hidden) {
        text = without_arguments(quoted, "[hidden]");
    } else if (json.size() > kMaxArguments) {
        text = without_arguments(quoted, too_large(json.size()));
    }
    tell("event_sent", nsp, socket.id(), json::Raw{text.empty() ? json : std::string_view(text)}, now());
}

}  // namespace sio::admin
