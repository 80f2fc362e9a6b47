#include "sio/http/shard.hpp"

#include <utility>

#include "sio/http/server_impl.hpp"

namespace sio::http {
namespace {

constexpr std::size_t kPoolSize = 64;

}  // namespace

Shard::Shard(Server::Impl& server, runtime::Loop& loop) : server_(&server), loop_(loop) {}

const Limits& Shard::limits() const { return server_->limits; }
const Router& Shard::router() const { return server_->router; }

void Shard::serve(std::unique_ptr<runtime::Stream> stream) {
    if (server_ == nullptr) return;
    auto& connection = connections_.emplace_back(std::make_unique<Connection>(*this, std::move(stream)));
    connection->index_ = connections_.size() - 1;
    connection->start();
}

runtime::FrameRef Shard::write(Response& response, const AnswerForm& form) {
    count_answer(response.status);
    return writer_.write(response, form, loop_.unix_ms());
}

void Shard::respond(std::uint64_t serial, Response response) {
    const std::size_t slot = serial & 0xffffffff;
    if (slot >= slots_.size() || slots_[slot].generation != serial >> 32 || slots_[slot].exchange == nullptr) return;
    slots_[slot].exchange->respond(std::move(response));
}

void Shard::drain() {
    draining_ = true;
    // Draining buries nothing at once, so the list stays as it is.
    for (const auto& connection : connections_) connection->drain();
}

void Shard::close() {
    server_ = nullptr;
    connections_.clear();
    graveyard_.clear();
}

std::unique_ptr<PendingExchange> Shard::acquire(Connection& connection) {
    std::unique_ptr<PendingExchange> exchange;
    if (pool_.empty()) {
        exchange = std::make_unique<PendingExchange>();
    } else {
        exchange = std::move(pool_.back());
        pool_.pop_back();
    }
    if (free_slots_.empty()) {
        slots_.emplace_back();
        free_slots_.push_back(static_cast<std::uint32_t>(slots_.size() - 1));
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    slots_[slot].exchange = exchange.get();
    exchange->serial_ = (std::uint64_t{slots_[slot].generation} << 32) | slot;
    exchange->connection_ = &connection;
    return exchange;
}

void Shard::retire(PendingExchange& exchange) {
    const auto slot = static_cast<std::uint32_t>(exchange.serial_);
    if (slots_[slot].exchange != &exchange) return;
    slots_[slot].exchange = nullptr;
    ++slots_[slot].generation;
    free_slots_.push_back(slot);
}

void Shard::release(std::unique_ptr<PendingExchange> exchange) {
    retire(*exchange);
    if (pool_.size() >= kPoolSize) return;
    exchange->reset();
    pool_.push_back(std::move(exchange));
}

void Shard::bury(Connection& connection) {
    const std::size_t index = connection.index_;
    if (graveyard_.empty()) {
        loop_.defer([self = shared_from_this()] { self->graveyard_.clear(); });
    }
    graveyard_.push_back(std::move(connections_[index]));
    if (index + 1 < connections_.size()) {
        connections_[index] = std::move(connections_.back());
        connections_[index]->index_ = index;
    }
    connections_.pop_back();
}

}  // namespace sio::http
