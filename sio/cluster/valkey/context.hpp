#pragma once

#include <atomic>
#include <cstdint>

#include "sio/base/log.hpp"
#include "sio/cluster/valkey/options.hpp"
#include "sio/runtime/loop.hpp"

namespace sio::cluster {

/// What all connections of one client share. Thread: the loop, but for the counters.
struct ValkeyContext {
    runtime::Loop& loop;
    const ValkeyOptions options;
    Log& log;

    std::atomic<std::uint64_t> commands{0};
    std::atomic<std::uint64_t> failures{0};
    std::atomic<std::uint64_t> reconnects{0};
    std::atomic<std::uint64_t> messages{0};
    std::atomic<std::size_t> waiting_bytes{0};
};

}  // namespace sio::cluster
