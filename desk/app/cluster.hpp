#pragma once

#include <memory>
#include <optional>

#include "desk/app/config.hpp"
#include "desk/cluster/bus.hpp"
#include "desk/cluster/leases.hpp"
#include "desk/cluster/roll.hpp"
#include "desk/cluster/shared_buckets.hpp"
#include "desk/cluster/valkey_bus.hpp"
#include "sio/base/log.hpp"
#include "sio/cluster/adapters.hpp"
#include "sio/cluster/valkey/valkey.hpp"
#include "sio/runtime/listener.hpp"

namespace desk::app {

/// What joins this server to the others, and the loops that all of it runs on. It is there before the server and goes after it.
/// Thread: one, the one that made it; `bus` and `valkey` any.
class Cluster {
public:
    /// Pre: `config` is resolved, so its valkey can be understood.
    Cluster(const Config& config, sio::Log& log);
    ~Cluster();  ///< once stopped, or never started
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    sio::runtime::LoopGroup& loops() { return loops_; }
    /// Whether other servers may stand on the same store: then they tell each other what they commit.
    bool shares_store() const { return valkey_bus_.has_value(); }
    /// Of a server with a store of its own it reaches nobody.
    cluster::Bus& bus() { return valkey_bus_ ? static_cast<cluster::Bus&>(*valkey_bus_) : local_bus_; }
    /// nullptr without the setting.
    sio::cluster::Valkey* valkey() { return valkey_ ? &*valkey_ : nullptr; }
    const sio::cluster::Valkey* valkey() const { return valkey_ ? &*valkey_ : nullptr; }
    const cluster::ValkeyBus* valkey_bus() const { return valkey_bus_ ? &*valkey_bus_ : nullptr; }
    /// Who is where, over the servers of a shared store; else nullptr.
    cluster::Roll* roll() { return roll_ ? &*roll_ : nullptr; }
    const cluster::Roll* roll() const { return roll_ ? &*roll_ : nullptr; }
    /// What one of them does for all; likewise.
    cluster::Leases* leases() { return leases_ ? &*leases_ : nullptr; }
    /// Of the messages of a user in chats; likewise.
    cluster::SharedBuckets* chat_messages() { return chat_messages_ ? &*chat_messages_ : nullptr; }

    /// What carries raw events to other servers and from them, where rooms may be called otherwise. Pre: Config::has_adapter(). Before the
    /// server is made.
    sio::AdapterFactory adapter(const Config& config, sio::cluster::AdapterOptions::Aliases aliases);
    const sio::cluster::ClusterCounts& adapter_counts() const { return *adapter_counts_; }

    /// Everything is wired.
    void start();
    /// The server has closed and is there still; nothing runs on the loops after this. Idempotent.
    void stop();

private:
    sio::runtime::LoopGroup loops_;
    bool running_ = false;
    std::optional<sio::cluster::Valkey> valkey_;
    cluster::LocalBus local_bus_;
    std::optional<cluster::ValkeyBus> valkey_bus_;
    std::optional<cluster::Roll> roll_;
    std::optional<cluster::Leases> leases_;
    std::optional<cluster::SharedBuckets> chat_messages_;
    const std::shared_ptr<sio::cluster::ClusterCounts> adapter_counts_ = std::make_shared<sio::cluster::ClusterCounts>();
};

}  // namespace desk::app
