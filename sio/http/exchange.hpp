#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "sio/http/parser.hpp"
#include "sio/http/server.hpp"

namespace sio::http {

class Connection;

/// A request under way with the buffers it needs. A connection borrows one from its shard from the end of the headers until the answer is
/// out, so that an idle connection holds none and steady traffic allocates none.  Thread: loop.
class PendingExchange final : public Exchange {
public:
    const Request& request() const override { return request_; }
    runtime::Loop& loop() override;
    ExchangeId id() const override;
    void respond(Response response) override;
    void move_to(runtime::Loop& loop) override;
    std::unique_ptr<runtime::Stream> take_stream() override;
    void abort() override;

private:
    friend class Connection;
    friend class Shard;

    /// Makes it fit for the next request; gives large buffers back.
    void reset();

    Connection* connection_ = nullptr;  // null: not in use, or cut off
    Handler* handler_ = nullptr;
    std::uint64_t serial_ = 0;
    std::size_t max_body_ = 0;
    std::string head_;
    std::string body_;
    std::string peer_;
    Request request_;
    HeadFacts facts_;
    RequestParser parser_;
    bool answered_ = false;   // or given up
    bool continued_ = false;  // 100 Continue was sent
};

}  // namespace sio::http
