#include "desk/app/cluster.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace desk::app {

namespace {

unsigned loop_count(const Config& config) { return config.loops > 0 ? config.loops : std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace

Cluster::Cluster(const Config& config, sio::Log& log) : loops_(loop_count(config)) {
    if (config.valkey.empty()) return;
    valkey_.emplace(loops_.at(0), sio::cluster::ValkeyOptions::parse(config.valkey).value(), log);
    // Two servers that have SQLite have two stores: what one writes is no event of the other's.
    if (config.shares_store()) {
        valkey_bus_.emplace(*valkey_);
        cluster::RollOptions roll;
        roll.server = valkey_bus_->server();
        roll.lease = config.presence_lease;
        roll.handover = config.presence_handover;
        roll_.emplace(*valkey_, std::move(roll), log);
        leases_.emplace(*valkey_, cluster::LeaseOptions{.server = std::string(valkey_bus_->server())});
        chat_messages_.emplace(*valkey_, "chat_messages");
    }
}

Cluster::~Cluster() = default;

sio::AdapterFactory Cluster::adapter(const Config& config, sio::cluster::AdapterOptions::Aliases aliases) {
    const auto counted = [&](auto options) {
        options.counts = adapter_counts_;
        options.aliases = std::move(aliases);
        return options;
    };
    if (config.adapter == "pubsub") return sio::cluster::pubsub_adapter(*valkey_, counted(sio::cluster::PubSubOptions{}));
    if (config.adapter == "sharded") return sio::cluster::sharded_adapter(*valkey_, counted(sio::cluster::ShardedOptions{}));
    auto streams = counted(sio::cluster::StreamsOptions{});
    streams.listen_to_emitters = true;
    return sio::cluster::streams_adapter(*valkey_, std::move(streams));
}

void Cluster::start() {
    running_ = true;
    if (roll_) roll_->begin();
    loops_.start();
}

void Cluster::stop() {
    if (!std::exchange(running_, false)) return;
    loops_.stop();
    // What was posted last may hold something of the server's, which is there still.
    for (int round = 0; round < 2; ++round) {
        for (unsigned i = 0; i < loops_.size(); ++i) loops_.at(i).turn();
    }
    // Whoever it would tell goes before the rest of this does.
    chat_messages_.reset();
    leases_.reset();
    roll_.reset();
}

}  // namespace desk::app
