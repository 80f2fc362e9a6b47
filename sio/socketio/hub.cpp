#include "sio/socketio/hub.hpp"

#include "sio/socketio/ack_collector.hpp"
#include "sio/socketio/connection.hpp"
#include "sio/socketio/server.hpp"
#include "sio/socketio/socket.hpp"

namespace sio::detail {

Hub::~Hub() {
    for (const auto& slot : slots_) delete slot.socket;
    while (connections_ != nullptr) delete std::exchange(connections_, connections_->following_);
}

std::uint32_t Hub::insert(std::unique_ptr<Socket> socket) {
    std::uint32_t slot = free_;
    if (slot == kNone) {
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        free_ = slots_[slot].next_free;
    }
    slots_[slot].socket = socket.release();
    return slot;
}

Socket* Hub::find(const SocketHandle& handle) const {
    if (handle.slot >= slots_.size() || slots_[handle.slot].generation != handle.generation) return nullptr;
    return slots_[handle.slot].socket;
}

void Hub::retire(Socket& socket, std::uint32_t slot) {
    auto& entry = slots_[slot];
    entry.socket = nullptr;
    if (++entry.generation == 0) entry.generation = 1;
    entry.next_free = std::exchange(free_, slot);
    loop_.defer([owned = std::unique_ptr<Socket>(&socket)] {});
}

void Hub::insert(Connection& connection) {
    connection.following_ = connections_;
    if (connections_ != nullptr) connections_->previous_ = &connection;
    connections_ = &connection;
    ++connection_count_;
}

void Hub::retire(Connection& connection) {
    if (connection.following_ != nullptr) connection.following_->previous_ = connection.previous_;
    (connection.previous_ != nullptr ? connection.previous_->following_ : connections_) = connection.following_;
    --connection_count_;
    loop_.defer([owned = std::unique_ptr<Connection>(&connection)] {});
}

// One that ends keeps its link to the next until the turn's end, and the next, should it end too, is passed over.
void Hub::for_each_connection(FunctionRef<bool(Connection&)> visit) {
    for (Connection* connection = connections_; connection != nullptr;) {
        Connection* const next = connection->following_;
        if (connection->open() && !visit(*connection)) return;
        connection = next;
    }
}

void Hub::clear() {
    drain_.reset();
    for (const auto& collector : collectors_) collector->abandon();
    collectors_.clear();
}

Hub::ParserLease::ParserLease(Hub& hub) : hub_(hub) {
    if (hub.parsers_.empty()) {
        parser_ = std::make_unique<json::Parser>(json::ParserLimits{.max_bytes = hub.server_.options().engine.max_payload});
    } else {
        parser_ = std::move(hub.parsers_.back());
        hub.parsers_.pop_back();
    }
}

Hub::ParserLease::~ParserLease() { hub_.parsers_.push_back(std::move(parser_)); }

}  // namespace sio::detail
