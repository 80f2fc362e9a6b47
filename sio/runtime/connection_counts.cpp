#include "sio/runtime/connection_counts.hpp"

#include <functional>
#include <string_view>

namespace sio::runtime {

std::size_t ConnectionCounts::shard_of(const Address& network) {
    const std::string_view bytes(reinterpret_cast<const char*>(network.ip.data()), network.ip.size());
    return std::hash<std::string_view>()(bytes) % std::tuple_size_v<decltype(shards_)>;
}

bool ConnectionCounts::try_add(const Address& peer) {
    if (total_.fetch_add(1, std::memory_order_relaxed) >= max_connections_) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }
    const Address network = peer.network();
    Shard& shard = shards_[shard_of(network)];
    {
        const std::lock_guard lock(shard.mutex);
        const auto entry = shard.counts.try_emplace(network, 0).first;
        if (entry->second < max_per_network_ || (unbounded_ && unbounded_(peer))) {
            ++entry->second;
            return true;
        }
        if (entry->second == 0) shard.counts.erase(entry);
    }
    total_.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void ConnectionCounts::remove(const Address& peer) {
    const Address network = peer.network();
    Shard& shard = shards_[shard_of(network)];
    {
        const std::lock_guard lock(shard.mutex);
        const auto entry = shard.counts.find(network);
        if (entry == shard.counts.end()) return;
        if (--entry->second == 0) shard.counts.erase(entry);
    }
    total_.fetch_sub(1, std::memory_order_relaxed);
}

std::size_t ConnectionCounts::of(const Address& peer) const {
    const Address network = peer.network();
    const Shard& shard = shards_[shard_of(network)];
    const std::lock_guard lock(shard.mutex);
    const auto entry = shard.counts.find(network);
    return entry == shard.counts.end() ? 0 : entry->second;
}

}  // namespace sio::runtime
