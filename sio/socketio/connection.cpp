#include "sio/socketio/connection.hpp"

#include <utility>

#include "sio/base/json_writer.hpp"
#include "sio/runtime/timer.hpp"
#include "sio/socketio/guarded.hpp"
#include "sio/socketio/handlers.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/msgpack_packet.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/packet.hpp"
#include "sio/socketio/revision4.hpp"
#include "sio/socketio/room_table.hpp"
#include "sio/socketio/server.hpp"
#include "sio/socketio/socket_id.hpp"
#include "sio/socketio/socket_packets.hpp"

namespace sio {
namespace {

/// A packet whose attachments are still to come, with the text its views look into.
struct Reconstruction {
    std::string padded_text;
    detail::PacketView packet;
    std::vector<std::string> attachments;
};

}  // namespace

/// What a connection has only for a while.
struct Connection::Rare {
    explicit Rare(Connection& connection) : connect_timer([](void* self) { static_cast<Connection*>(self)->fail(); }, &connection) {}

    runtime::Timer connect_timer;
    std::unique_ptr<Reconstruction> reconstruction;
    std::uint32_t pauses = 0;
};

Connection::Connection(detail::Hub& hub, engineio::Session& session) : hub_(hub), session_(&session) {
    hub.loop().arm_after(rare().connect_timer, hub.server().options().connect_timeout);
}

Connection::~Connection() = default;

Server& Connection::server() const { return hub_.server(); }
runtime::Loop& Connection::loop() const { return hub_.loop(); }

Connection::Rare& Connection::rare() {
    if (!rare_) rare_ = std::make_unique<Rare>(*this);
    return *rare_;
}

void Connection::on_open() {
    if (protocol() == 3) on_connect({});
}

void Connection::on_message(engineio::MessageType type, std::string_view data) {
    if (server().options().parser == Parser::Msgpack) {
        if (type == engineio::MessageType::Binary) return on_msgpack(data);
        fail();
    } else if (type == engineio::MessageType::Text) {
        on_text(data);
    } else {
        on_binary(data);
    }
}

void Connection::on_msgpack(std::string_view bytes) {
    const auto packet = detail::decode_msgpack(bytes, server().options().max_attachments);
    if (!packet) return fail();
    on_packet(packet->view(), packet->attachments);
}

void Connection::send(detail::PacketType type, std::string_view nsp, std::string_view json) {
    if (server().options().parser == Parser::Msgpack) return session_->send(detail::encode_msgpack(type, nsp, {}, json, {}));
    std::string text = {'4', static_cast<char>('0' + static_cast<int>(type))};
    if (nsp != "/") text.append(nsp).push_back(',');
    session_->send(engineio::text_packet(text.append(json)));
}

void Connection::on_text(std::string_view text) {
    if (rare_ && rare_->reconstruction) return fail();
    const auto packet = detail::decode_packet(text, server().options().max_attachments);
    if (!packet) return fail();
    if (packet->attachments == 0) return on_packet(*packet, {});
    auto begun = std::make_unique<Reconstruction>();
    begun->padded_text.reserve(text.size() + json::kPadding);
    begun->padded_text.append(text).append(json::kPadding, '\0');
    begun->packet = *detail::decode_packet(std::string_view(begun->padded_text).substr(0, text.size()), packet->attachments);
    rare().reconstruction = std::move(begun);
}

void Connection::on_binary(std::string_view bytes) {
    if (!rare_ || !rare_->reconstruction) return fail();
    auto& attachments = rare_->reconstruction->attachments;
    attachments.emplace_back(bytes);
    if (attachments.size() < rare_->reconstruction->packet.attachments) return;
    const auto whole = std::move(rare_->reconstruction);
    trim();
    on_packet(whole->packet, whole->attachments);
}

void Connection::on_packet(const detail::PacketView& packet, std::span<const std::string> attachments) {
    if (leaving_) return;
    if (protocol() == 3 && packet.nsp.contains('?')) return on_packet_with_query(packet, attachments);
    Socket* const socket = find(packet.nsp);
    if (socket != nullptr) return detail::SocketPackets::receive(*socket, packet, attachments);
    if (packet.type != detail::PacketType::Connect) return fail();
    on_connect(packet);
}

void Connection::on_packet_with_query(detail::PacketView packet, std::span<const std::string> attachments) {
    const auto mark = packet.nsp.find('?');
    std::string auth;
    if (packet.type == detail::PacketType::Connect) {
        auto object = detail::revision4::auth_of(packet.nsp.substr(mark + 1));
        if (!object) return fail();
        auth = std::move(*object);
        const auto size = auth.size();
        auth.append(json::kPadding, '\0');
        packet.json = std::string_view(auth).substr(0, size);
    }
    packet.nsp = packet.nsp.substr(0, mark);
    on_packet(packet, attachments);
}

void Connection::on_connect(const detail::PacketView& packet) {
    const auto& options = server().options();
    if (packet.nsp.size() > options.max_namespace_length) return fail();
    detail::Hub::ParserLease parser(hub_);
    json::Value auth;
    if (!packet.json.empty()) {
        const auto parsed = parser->parse(packet.json);
        if (!parsed || !parsed->is_object()) return fail();
        auth = *parsed;
    }
    std::size_t joined = 0;
    for (const Socket* socket = sockets_; socket != nullptr; socket = socket->next_) ++joined;
    Namespace* const nsp = joined < options.max_namespaces_per_connection ? server().enter(packet.nsp, auth) : nullptr;
    if (nsp == nullptr) {
        hub_.count_invalid_namespace();
        return refuse(packet.nsp, {"Invalid namespace", {}});
    }

    const auto id = detail::make_socket_id(hub_.index());
    auto& table = nsp->table(hub_.index());
    const bool v3 = protocol() == 3;
    std::unique_ptr<Socket> made(new Socket(*this, table, v3 ? session_->id() : std::string_view(id.data(), id.size())));
    Socket& socket = *made;
    if (v3 && packet.nsp != "/") socket.set_long_id(detail::revision4::socket_id(packet.nsp, session_->id()));
    socket.slot_ = hub_.insert(std::move(made));
    add(socket);
    table.insert(socket);
    detail::SocketPackets::connect(socket, packet.json, auth);
}

void Connection::refuse(std::string_view nsp, const ConnectError& error) {
    if (protocol() == 3) return send(detail::PacketType::ConnectError, nsp, detail::revision4::refusal(error));
    std::string json;
    json::Writer writer(json);
    writer.begin_object().field("message", error.message);
    if (!error.data.empty()) writer.field("data", json::Raw{error.data});
    writer.end_object();
    send(detail::PacketType::ConnectError, nsp, json);
}

void Connection::fail() {
    if (session_ != nullptr) session_->close(engineio::CloseReason::ForcedClose);
}

void Connection::close() {
    if (session_ != nullptr) session_->close(engineio::CloseReason::ForcedServerClose);
}

// A socket on its way out passes on what its client sent behind (see unlink): a CONNECT among that would outlive its `41`.
void Connection::disconnect() {
    if (session_ == nullptr) return;
    leaving_ = true;
    for_each_socket([](Socket& socket) { socket.disconnect(); });
    close();
}

void Connection::on_upgrade() {
    for (Socket* socket = sockets_; socket != nullptr; socket = socket->next_) detail::SocketPackets::count_upgrade(*socket);
    for_each_socket([](Socket& socket) {
        for (const auto& handler : socket.nsp().handlers().upgrade) {
            if (!socket.connected()) break;
            detail::guarded(socket.server(), socket.nsp_name(), "upgrade", [&] { handler(socket); });
        }
    });
}

void Connection::on_close(engineio::CloseReason reason) {
    session_ = nullptr;
    for (Socket* socket = sockets_; socket != nullptr; socket = socket->next_) socket->session_ = nullptr;
    // Those that go stay in memory, linked to what followed them; one that is on its way out already is let be.
    for (Socket* socket = sockets_; socket != nullptr;) {
        Socket* const next = socket->next_;
        detail::SocketPackets::disconnect(*socket, reason_of(reason));
        socket = next;
    }
    rare_.reset();
    hub_.retire(*this);
}

Socket* Connection::find(std::string_view nsp) const {
    Socket* socket = sockets_;
    while (socket != nullptr && socket->nsp_name() != nsp) socket = socket->next_;
    return socket;
}

Socket* Connection::socket(std::string_view nsp) {
    Socket* const found = find(nsp);
    return found != nullptr && found->connected() ? found : nullptr;
}

void Connection::for_each_socket(FunctionRef<void(Socket&)> visit, Visit which) {
    // The one visited may go: see on_close.
    for (Socket* socket = sockets_; socket != nullptr;) {
        Socket* const next = socket->next_;
        if (socket->connected() || (which == Visit::ConnectingToo && socket->state_ == Socket::State::Connecting)) visit(*socket);
        socket = next;
    }
}

void Connection::add(Socket& socket) { socket.next_ = std::exchange(sockets_, &socket); }

void Connection::remove(Socket& socket) {
    Socket** link = &sockets_;
    while (*link != &socket) link = &(*link)->next_;
    *link = socket.next_;
}

void Connection::joined() {
    if (!rare_) return;
    rare_->connect_timer.cancel();
    trim();
}

void Connection::trim() {
    if (!rare_->reconstruction && rare_->pauses == 0 && !rare_->connect_timer.armed()) rare_.reset();
}

void Connection::pause() {
    if (rare().pauses++ == 0 && session_ != nullptr) session_->pause_reading();
}

void Connection::resume() {
    if (!rare_ || --rare_->pauses > 0) return;
    trim();
    if (session_ != nullptr) session_->resume_reading();
}

}  // namespace sio
