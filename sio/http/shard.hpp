#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sio/http/connection.hpp"
#include "sio/http/exchange.hpp"
#include "sio/http/response_writer.hpp"
#include "sio/http/server.hpp"

namespace sio::http {

/// The part of a server that lives on one loop: its connections, the exchanges under way by their names, and a pool of used ones.
/// Thread: the loop.
class Shard : public std::enable_shared_from_this<Shard> {
public:
    Shard(Server::Impl& server, runtime::Loop& loop);

    void serve(std::unique_ptr<runtime::Stream> stream);
    void respond(std::uint64_t serial, Response response);
    void drain();
    /// Drops every connection; tasks still on their way to this shard find nothing. Also when the loop has stopped.
    void close();

    runtime::Loop& loop() { return loop_; }
    Server::Impl& server() { return *server_; }
    const Limits& limits() const;
    const Router& router() const;
    bool draining() const { return draining_; }
    /// Every answer is written here, and counted.
    runtime::FrameRef write(Response& response, const AnswerForm& form);
    void count_answer(int status) { ++answers_[static_cast<std::size_t>(std::clamp(status / 100, 1, 5)) - 1]; }
    const Server::Answers& answers() const { return answers_; }

    std::unique_ptr<PendingExchange> acquire(Connection& connection);
    void release(std::unique_ptr<PendingExchange> exchange);
    /// Forgets the exchange's name.
    void retire(PendingExchange& exchange);
    /// Destroys the connection at the end of the turn.
    void bury(Connection& connection);

private:
    struct Slot {
        PendingExchange* exchange = nullptr;
        std::uint32_t generation = 0;
    };

    Server::Impl* server_;  // null: closed
    runtime::Loop& loop_;
    ResponseWriter writer_;
    Server::Answers answers_{};
    std::vector<std::unique_ptr<PendingExchange>> pool_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<std::unique_ptr<Connection>> graveyard_;
    bool draining_ = false;
};

}  // namespace sio::http
