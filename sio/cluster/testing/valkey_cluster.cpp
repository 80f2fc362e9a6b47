#include "sio/cluster/testing/valkey_cluster.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "sio/cluster/testing/client.hpp"

namespace sio::cluster::testing {

namespace {

constexpr std::size_t kPrimaries = 3;

}  // namespace

ValkeyCluster::ValkeyCluster() {
    for (std::size_t i = 0; i <= kPrimaries; ++i) {
        // The bus port that Valkey would choose may be above the last one.
        servers_.push_back(std::make_unique<ValkeyServer>(
            std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-port", std::to_string(free_port()), "--cluster-node-timeout",
                                     "1000", "--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0"}));
    }
    for (std::size_t i = 0; i < kPrimaries; ++i) {
        const std::size_t first = (i * 16'384 + kPrimaries - 1) / kPrimaries;
        const std::size_t last = ((i + 1) * 16'384 + kPrimaries - 1) / kPrimaries - 1;
        must(i, {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
        must(i, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    }
    for (std::size_t i = 1; i <= kPrimaries; ++i) {
        const std::string bus = servers_[i]->ask({"CONFIG", "GET", "cluster-port"});
        const std::size_t end = bus.rfind("\r\n");
        const std::size_t begin = bus.rfind('\n', end - 1) + 1;
        must(0, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(servers_[i]->port()), bus.substr(begin, end - begin)});
    }
    for (std::size_t i = 0; i <= kPrimaries; ++i) wait_until([&] { return serves(i); });
    must(kPrimaries, {"CLUSTER", "REPLICATE", id_of(0)});
    wait_until([&] { return servers_[kPrimaries]->ask({"INFO", "replication"}).find("master_link_status:up") != std::string::npos; });
    for (std::size_t i = 0; i < kPrimaries; ++i) {
        wait_until([&] { return servers_[i]->ask({"CLUSTER", "NODES"}).find("slave " + id_of(0)) != std::string::npos; });
    }
}

std::string ValkeyCluster::url() const {
    std::string result = "redis://";
    for (std::size_t i = 0; i < kPrimaries; ++i)
        result += "127.0.0.1:" + std::to_string(servers_[i]->port()) + (i + 1 < kPrimaries ? "," : "");
    return result + "?cluster=true";
}

void ValkeyCluster::begin_move(std::size_t slot, std::size_t from, std::size_t to) {
    must(to, {"CLUSTER", "SETSLOT", std::to_string(slot), "IMPORTING", id_of(from)});
    must(from, {"CLUSTER", "SETSLOT", std::to_string(slot), "MIGRATING", id_of(to)});
}

void ValkeyCluster::finish_move(std::size_t slot, std::size_t from, std::size_t to, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) must(from, {"MIGRATE", "127.0.0.1", std::to_string(servers_[to]->port()), key, "0", "5000"});
    for (const std::size_t index : {to, from}) must(index, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id_of(to)});
}

std::string ValkeyCluster::id_of(std::size_t index) const {
    const std::string answer = servers_[index]->ask({"CLUSTER", "MYID"});
    return answer.substr(answer.find('\n') + 1, 40);
}

void ValkeyCluster::must(std::size_t index, const std::vector<std::string>& words) {
    const std::string answer = servers_[index]->ask(words);
    if (!answer.starts_with("+OK")) throw std::runtime_error(words[0] + ' ' + words[1] + ": " + answer);
}

void ValkeyCluster::wait_until(const std::function<bool()>& done) {
    runtime::Loop waiting;
    if (!turn_long_until(waiting, done)) throw std::runtime_error("the cluster does not come together");
}

bool ValkeyCluster::serves(std::size_t index) const {
    const std::string info = servers_[index]->ask({"CLUSTER", "INFO"});
    return info.find("cluster_state:ok") != std::string::npos && info.find("cluster_known_nodes:4") != std::string::npos &&
           info.find("cluster_size:3") != std::string::npos;
}

}  // namespace sio::cluster::testing
