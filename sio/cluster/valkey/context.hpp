#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "sio/base/log.hpp"
#include "sio/cluster/valkey/options.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/runtime/tls_trust.hpp"

namespace sio::cluster {

/// What all connections of one client share. Thread: the loop, but for the counters.
struct ValkeyContext {
    runtime::Loop& loop;
    const ValkeyOptions options;
    Log& log;
    bool sentinels = false;  ///< these servers hold no data
    /// Set when TLS is asked for, and then nothing is sent without it.
    std::shared_ptr<runtime::TlsTrust> trust{};
    std::string trust_error{};  ///< why there is none

    std::atomic<std::uint64_t> commands{0};
    std::atomic<std::uint64_t> failures{0};
    std::atomic<std::uint64_t> reconnects{0};
    std::atomic<std::uint64_t> messages{0};
    std::atomic<std::size_t> waiting_bytes{0};
};

}  // namespace sio::cluster
