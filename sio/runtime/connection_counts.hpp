#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>

#include "sio/runtime/address.hpp"

namespace sio::runtime {

/// Counts open connections, all together and for each client network (Address::network), against two limits.
/// Thread: any.
class ConnectionCounts {
public:
    /// `unbounded`: peers that the second limit does not hold for, as a proxy of one's own; empty: none.
    ConnectionCounts(std::size_t max_connections, std::size_t max_per_network, std::function<bool(const Address&)> unbounded = {})
        : max_connections_(max_connections), max_per_network_(max_per_network), unbounded_(std::move(unbounded)) {}

    /// Counts a connection in; false, counting nothing, when a limit is reached.
    bool try_add(const Address& peer);
    /// Pre: counted in before.
    void remove(const Address& peer);

    std::size_t total() const { return total_.load(std::memory_order_relaxed); }
    std::size_t of(const Address& peer) const;

private:
    // Loops accept at the same time; sixteen locks keep them apart, and none is held for longer than a look-up.
    struct Shard {
        mutable std::mutex mutex;
        std::map<Address, std::size_t> counts;
    };
    static std::size_t shard_of(const Address& network);

    const std::size_t max_connections_;
    const std::size_t max_per_network_;
    const std::function<bool(const Address&)> unbounded_;
    std::atomic<std::size_t> total_{0};
    std::array<Shard, 16> shards_;
};

}  // namespace sio::runtime
