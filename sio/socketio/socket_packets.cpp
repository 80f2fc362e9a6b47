#include "sio/socketio/socket_packets.hpp"

#include "sio/socketio/connection.hpp"
#include "sio/socketio/event.hpp"
#include "sio/socketio/guarded.hpp"
#include "sio/socketio/handlers.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/room_table.hpp"
#include "sio/socketio/server.hpp"
#include "sio/socketio/socket_rare.hpp"

namespace sio::detail {
namespace {

/// Memory that waiting packets of one socket may take, as a multiple of the largest message: reading is paused long before, so only what
/// was read already can pile up.
constexpr std::size_t kMaxWaitingPayloads = 4;

}  // namespace

StoredPacket::StoredPacket(const PacketView& packet, std::span<const std::string> binary)
    : type(packet.type), ack_id(packet.ack_id), nsp(packet.nsp), attachments(binary.begin(), binary.end()) {
    padded_json.reserve(packet.json.size() + json::kPadding);
    padded_json.append(packet.json).append(json::kPadding, '\0');
}

PacketView StoredPacket::view() const {
    return {.type = type,
            .attachments = attachments.size(),
            .nsp = nsp,
            .ack_id = ack_id,
            .json = std::string_view(padded_json).substr(0, padded_json.size() - json::kPadding)};
}

std::size_t StoredPacket::cost() const {
    std::size_t bytes = sizeof(StoredPacket) + padded_json.capacity();
    for (const auto& attachment : attachments) bytes += sizeof(std::string) + attachment.size();
    return bytes;
}

void SocketPackets::receive(Socket& socket, const PacketView& packet, std::span<const std::string> attachments) {
    const auto* const rare = socket.rare_.get();
    const bool kept_back = rare != nullptr && (rare->holds > 0 || !rare->waiting.empty() || rare->draining);
    if (kept_back || socket.busy_ || socket.state_ == Socket::State::Connecting) return store(socket, packet, attachments);
    process(socket, packet, attachments);
    if (socket.rare_) drain(socket);
}

void SocketPackets::store(Socket& socket, const PacketView& packet, std::span<const std::string> attachments) {
    auto& rare = socket.rare();
    const auto& options = socket.server().options();
    rare.waiting.emplace_back(packet, attachments);
    rare.waiting_cost += rare.waiting.back().cost();
    if (rare.waiting_cost > kMaxWaitingPayloads * options.engine.max_payload + attachments.size() * options.engine.max_payload) {
        return socket.connection().fail();
    }
    if (rare.waiting.size() >= options.max_pending_events && !rare.paused) {
        rare.paused = true;
        socket.connection().pause();
    }
}

void SocketPackets::release_hold(Socket& socket) {
    if (!socket.rare_ || socket.rare_->holds == 0) return;
    --socket.rare_->holds;
    drain(socket);
}

void SocketPackets::drain(Socket& socket) {
    if (socket.busy_ || socket.state_ != Socket::State::Connected || socket.rare_->draining) return;
    socket.rare_->draining = true;
    while (socket.state_ == Socket::State::Connected && socket.rare_->holds == 0 && !socket.rare_->waiting.empty()) {
        std::list<StoredPacket> first;
        first.splice(first.begin(), socket.rare_->waiting, socket.rare_->waiting.begin());
        socket.rare_->waiting_cost -= first.front().cost();
        process(socket, first.front().view(), first.front().attachments);
    }
    if (!socket.rare_) return;
    socket.rare_->draining = false;
    if (socket.state_ != Socket::State::Connected) return;
    if (socket.rare_->paused && socket.rare_->waiting.size() < socket.server().options().max_pending_events) {
        socket.rare_->paused = false;
        socket.connection().resume();
    }
    trim(socket);
}

void SocketPackets::trim(Socket& socket) {
    if (socket.rare_ && socket.rare_->idle()) socket.rare_.reset();
}

void SocketPackets::process(Socket& socket, const PacketView& packet, std::span<const std::string> attachments) {
    switch (packet.type) {
        case PacketType::Event:
        case PacketType::BinaryEvent: return on_event(socket, packet, attachments);
        case PacketType::Ack:
        case PacketType::BinaryAck: return on_ack(socket, packet, attachments);
        case PacketType::Disconnect: return disconnect(socket, DisconnectReason::ClientNamespaceDisconnect);
        case PacketType::Connect:       // joined already
        case PacketType::ConnectError:  // for clients only
            return socket.connection().fail();
    }
}

void SocketPackets::on_event(Socket& socket, const PacketView& packet, std::span<const std::string> attachments) {
    Hub::ParserLease parser(socket.table_->hub());
    const auto array = parser->parse(packet.json);
    if (!array || !array->is_array()) return socket.connection().fail();
    const auto first = array->at(0);
    if (!first.is_string() && !first.is_number()) return socket.connection().fail();
    if (!attachments.empty() && !placeholders_valid(*array, attachments.size())) return socket.connection().fail();

    std::string digits;
    if (first.is_number()) json::Writer(digits).value(first);
    const std::string_view name = first.is_string() ? *first.string() : std::string_view(digits);
    if (reserved_event(name)) return socket.connection().fail();

    std::size_t bytes = packet.json.size();
    for (const auto& attachment : attachments) bytes += attachment.size();
    const Event event(socket, name, Arguments(*array, 1, attachments), packet.ack_id, bytes);
    socket.busy_ = true;
    guarded(socket.server(), socket.nsp_name(), name, [&] { handle(socket, event); });
    socket.busy_ = false;
    // Without a hold nothing would ever end the waiting, so the event counts as handled.
    if (event.deferred() && socket.connected() && socket.rare().holds > 0) {
        auto& rare = socket.rare();
        rare.waiting.emplace_front(packet, attachments);
        rare.waiting_cost += rare.waiting.front().cost();
        return;
    }
    const bool known = socket.nsp().handlers().events.contains(name);
    socket.table_->counts().received(known ? name : std::string_view());
}

void SocketPackets::handle(Socket& socket, const Event& event) {
    const auto& handlers = socket.nsp().handlers();
    for (const auto& middleware : handlers.event_middlewares) {
        if (!middleware(socket, event) || event.deferred()) return;
    }
    for (const auto& handler : handlers.any) handler(socket, event);
    const auto found = handlers.events.find(event.name());
    for (const auto& handler : found == handlers.events.end() ? handlers.unknown : found->second) {
        if (!socket.connected() || event.deferred()) return;
        handler(socket, event);
    }
}

void SocketPackets::on_ack(Socket& socket, const PacketView& packet, std::span<const std::string> attachments) {
    Hub::ParserLease parser(socket.table_->hub());
    const auto array = parser->parse(packet.json);
    if (!array || !array->is_array()) return socket.connection().fail();
    if (!attachments.empty() && !placeholders_valid(*array, attachments.size())) return socket.connection().fail();
    if (!socket.rare_) return;
    auto node = socket.rare_->acks.extract(*packet.ack_id);
    if (node.empty()) return;
    socket.busy_ = true;
    guarded(socket.server(), socket.nsp_name(), "acknowledgement", [&] { node.mapped()->callback(Arguments(*array, 0, attachments)); });
    socket.busy_ = false;
}

}  // namespace sio::detail
