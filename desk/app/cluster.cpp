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
    if (config.shares_store()) valkey_bus_.emplace(*valkey_);
    valkey_->on_change([&log](bool connected) {
        if (connected)
            log.info("Valkey is there");
        else
            log.warn("Valkey is away; events of other servers come from the store meanwhile");
    });
}

Cluster::~Cluster() = default;

void Cluster::start() {
    running_ = true;
    loops_.start();
}

void Cluster::stop() {
    if (!std::exchange(running_, false)) return;
    loops_.stop();
    // What was posted last may hold something of the server's, which is there still.
    for (int round = 0; round < 2; ++round) {
        for (unsigned i = 0; i < loops_.size(); ++i) loops_.at(i).turn();
    }
}

}  // namespace desk::app
