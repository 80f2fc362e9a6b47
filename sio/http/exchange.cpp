#include "sio/http/exchange.hpp"

#include <utility>

#include "sio/http/shard.hpp"

namespace sio::http {
namespace {

/// A buffer that a pooled exchange may keep.
constexpr std::size_t kKept = 16 * 1024;

void clear(std::string& buffer) {
    if (buffer.capacity() > kKept) {
        buffer = {};
    } else {
        buffer.clear();
    }
}

}  // namespace

runtime::Loop& PendingExchange::loop() { return connection_->shard().loop(); }

ExchangeId PendingExchange::id() const { return {connection_->shard().loop().index(), serial_}; }

void PendingExchange::respond(Response response) { connection_->respond(std::move(response)); }
void PendingExchange::move_to(runtime::Loop& loop) { connection_->move_to(loop); }
std::unique_ptr<runtime::Stream> PendingExchange::take_stream() { return connection_->take_stream(); }
void PendingExchange::abort() { connection_->abort(); }

void PendingExchange::reset() {
    context = nullptr;
    connection_ = nullptr;
    handler_ = nullptr;
    max_body_ = 0;
    clear(head_);
    clear(body_);
    request_.headers.clear();
    facts_ = {};
    answered_ = false;
    continued_ = false;
}

}  // namespace sio::http
