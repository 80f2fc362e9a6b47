#include "sio/socketio/socket.hpp"

#include <algorithm>

#include "sio/socketio/connection.hpp"
#include "sio/socketio/guarded.hpp"
#include "sio/socketio/handlers.hpp"
#include "sio/socketio/hub.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/room_table.hpp"
#include "sio/socketio/server.hpp"
#include "sio/socketio/socket_packets.hpp"
#include "sio/socketio/socket_rare.hpp"

namespace sio {

Socket::Socket(Connection& connection, detail::RoomTable& table, std::string_view id)
    : connection_(&connection), session_(&connection.session()), table_(&table) {
    std::ranges::copy(id, id_.begin());
}

Socket::~Socket() = default;

SocketHandle Socket::handle() const { return slot_ == kNoSlot ? SocketHandle() : table_->hub().handle_of(slot_); }
Namespace& Socket::nsp() const { return table_->nsp(); }
Server& Socket::server() const { return table_->hub().server(); }
std::string_view Socket::nsp_name() const { return table_->nsp().name(); }
std::uint64_t Socket::next_ack_id() { return table_->nsp().next_ack_id(); }

std::string_view Socket::auth() const { return rare_ && !rare_->auth.empty() ? std::string_view(rare_->auth) : "{}"; }

Socket::Rare& Socket::rare() {
    if (!rare_) rare_ = std::make_unique<Rare>();
    return *rare_;
}

std::string_view Socket::long_id() const { return rare_->long_id; }

void Socket::set_long_id(std::string id) {
    rare().long_id = std::move(id);
    has_long_id_ = true;
}

void Socket::send(const EncodedEvent& event) {
    auto& adapter = nsp().adapter();
    if (!adapter.recovers()) {
        write(event, false);
    } else if (connected()) {
        const auto own_room = id();
        adapter.broadcast(event, {.rooms = {&own_room, 1}, .except = {}}, {.compress = event.packet().compress});
    }
}
bool Socket::send_volatile(const EncodedEvent& event) { return write(event, true); }

bool Socket::write(const EncodedEvent& event, bool only_if_writable) {
    if (state_ != State::Connected || session_ == nullptr) return false;
    if (only_if_writable && !session_->writable()) {
        ++table_->counts().dropped;
        return false;
    }
    for (const auto& handler : nsp().handlers().any_outgoing) {
        detail::guarded(server(), nsp_name(), "outgoing", [&] { handler(*this, event); });
    }
    table_->counts().sent(event);
    answer(event);
    return true;
}

void Socket::answer(const EncodedEvent& ack) {
    if (state_ != State::Connected || session_ == nullptr) return;
    if (server().options().parser == Parser::Msgpack) {
        session_->send(ack.msgpack().frame ? ack.msgpack() : ack.with_msgpack().msgpack());
        return;
    }
    session_->send(ack.packet());
    for (const auto& attachment : ack.attachments()) {
        if (session_ != nullptr) session_->send(attachment);
    }
}

void Socket::send_with_ack(const EncodedEvent& event, std::uint64_t id, std::optional<std::chrono::milliseconds> limit,
                           AckCallback callback) {
    if (!connected()) {
        callback(fail(ErrorCode::Closed, "socket is disconnected"));
        return;
    }
    auto pending = std::make_unique<PendingAck>(*this, id, std::move(callback));
    if (limit) connection_->loop().arm_after(pending->timer, *limit);
    rare().acks[id] = std::move(pending);
    write(event, false);
}

void Socket::PendingAck::expire(void* self) {
    auto& expired = *static_cast<PendingAck*>(self);
    auto& socket = expired.socket;
    const auto node = socket.rare().acks.extract(expired.id);
    detail::guarded(socket.server(), socket.nsp_name(), "acknowledgement",
                    [&] { node.mapped()->callback(fail(ErrorCode::Timeout, "operation has timed out")); });
}

Broadcast Socket::broadcast() const {
    Broadcast others(nsp());
    others.except(id());
    return others;
}

void Socket::join(std::string_view room) {
    if (state_ != State::Gone) table_->join(*this, room);
}

void Socket::leave(std::string_view room) { table_->leave(*this, room); }

bool Socket::in_room(std::string_view room) const { return state_ != State::Gone && table_->in_room(*this, room); }

std::vector<std::string_view> Socket::rooms() const {
    std::vector<std::string_view> names;
    if (state_ == State::Gone) return names;
    names.push_back(id());
    for (const auto& membership : memberships_.all()) {
        if (membership.room->name() != id()) names.push_back(membership.room->name());
    }
    return names;
}

void Socket::disconnect(bool close) {
    if (close) return connection_->disconnect();
    if (state_ != State::Connecting && state_ != State::Connected) return;
    if (session_ != nullptr) {
        connection_->send(detail::PacketType::Disconnect, nsp_name(), {});
    }
    detail::SocketPackets::disconnect(*this, DisconnectReason::ServerNamespaceDisconnect);
}

Hold Socket::hold() {
    if (state_ == State::Gone) return {};
    ++rare().holds;
    return Hold(server(), handle());
}

}  // namespace sio
