#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "sio/http/server.hpp"
#include "sio/http/shard.hpp"

namespace sio::http {

/// Thread: any; each shard belongs to its loop.
struct Server::Impl {
    Impl(const Router& server_router, const Limits& server_limits) : router(server_router), limits(server_limits) {}

    /// The loop's shard, made when it is met first.
    std::shared_ptr<Shard> shard(runtime::Loop& loop);
    /// nullptr: nothing was ever served there.
    std::shared_ptr<Shard> find(unsigned loop);
    std::vector<std::shared_ptr<Shard>> all();
    /// Gives a stream that is on no loop to another one.
    void hand_over(std::unique_ptr<runtime::Stream> stream, runtime::Loop& loop);

    const Router& router;
    const Limits limits;

private:
    std::mutex mutex_;
    std::vector<std::shared_ptr<Shard>> shards_;  // by loop index
};

}  // namespace sio::http
