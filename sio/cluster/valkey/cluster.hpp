#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sio/cluster/valkey/inquiry.hpp"
#include "sio/cluster/valkey/pipeline.hpp"
#include "sio/cluster/valkey/shards.hpp"
#include "sio/cluster/valkey/slots.hpp"
#include "sio/cluster/valkey/subscriber.hpp"
#include "sio/cluster/valkey/topology.hpp"

namespace sio::cluster {

/// Valkey Cluster: a pipeline to each primary, commands by the slot of their first key, shard channels on the node that has their slot,
/// other subscriptions on any node. The map of slots is asked for at the start, when a node does not answer, and when one says MOVED; then
/// what waits for a node that has no slots any more is sent to those that have them. Thread: the loop.
class Cluster final : public Topology {
public:
    Cluster(ValkeyContext& context, Changed changed);
    ~Cluster() override = default;

    void start() override;
    void stop() override;
    void add(Command command) override;
    void subscribe(Kind kind, std::string name, Valkey::Listener& listener) override;
    void unsubscribe(Kind kind, const std::string& name, Valkey::Listener& listener) override;
    std::unique_ptr<Directory> directory_of(std::string_view key) override;

private:
    /// Always the same address; a failure there makes the map doubtful.
    struct NodeDirectory final : Directory {
        NodeDirectory(Cluster& owner, ValkeyAddress to) : cluster(owner), address(std::move(to)) {}
        void find(std::size_t failures, Found found) override;
        Cluster& cluster;
        const ValkeyAddress address;
    };
    struct SlotDirectory final : Directory {
        SlotDirectory(Cluster& owner, std::uint16_t of) : cluster(owner), slot(of) {}
        void find(std::size_t failures, Found found) override { cluster.find(slot, failures, std::move(found)); }
        void wrong(std::string_view error) override;
        Cluster& cluster;
        const std::uint16_t slot;
    };
    /// Any node.
    struct AnyDirectory final : Directory {
        explicit AnyDirectory(Cluster& owner);
        void find(std::size_t failures, Found found) override;
        Cluster& cluster;
        std::size_t start;  // at random, so that many servers spread over the nodes
        ValkeyAddress given{{}, 0};
    };
    struct NobodyDirectory final : Directory {
        void find(std::size_t, Found) override {}
    };
    struct Node {
        Node(Cluster& cluster, const ValkeyAddress& address);
        NodeDirectory directory;
        Pipeline pipeline;
    };

    Node& node_at(const ValkeyAddress& address);
    void place(Command command);
    /// Where a command goes, or where it waits for the map.
    Pipeline& pipeline_of(const Command& command);
    Pipeline& any_pipeline();
    void ask_all(Command command);
    bool redirect(const Node& from, Command& command, const std::string& error);
    void find(std::optional<std::uint16_t> slot, std::size_t failures, Directory::Found found);
    void refresh();
    void ask_for_map();
    void on_map(const Result<void>& outcome);
    void place_nodes();
    void try_again();
    void judge_connected();

    ValkeyContext& context_;
    Changed changed_;
    ScriptBook scripts_;
    SlotMap map_;
    std::map<std::pair<std::string, std::uint16_t>, std::unique_ptr<Node>> nodes_;
    NobodyDirectory nobody_;
    Pipeline unplaced_;  // what waits for the first map
    AnyDirectory any_;
    Subscriber subscriber_;
    Shards shards_;
    Inquiry inquiry_;
    runtime::Timer refresh_;
    Backoff backoff_;
    runtime::TimePoint asked_{};
    std::vector<std::pair<std::optional<std::uint16_t>, Directory::Found>> finders_;  // wait for the map; without a slot: any node
    std::deque<Command> later_;                                                       // TRYAGAIN
    runtime::Timer again_;
    std::size_t turn_ = 0;
    bool connected_ = false;
    bool stopped_ = false;
};

}  // namespace sio::cluster
