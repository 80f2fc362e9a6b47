#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sio/cluster/valkey/directory.hpp"
#include "sio/cluster/valkey/slots.hpp"
#include "sio/cluster/valkey/subscriber.hpp"

namespace sio::cluster {

/// Shard channels of a cluster, each subscribed on the node that has its slot: a connection for each node that is needed.
/// Thread: the loop.
class Shards {
public:
    /// `doubt` is called when a node cannot be reached or says that a channel is another one's.
    Shards(ValkeyContext& context, const SlotMap& map, std::function<void()> doubt);

    void add(const std::string& name, Valkey::Listener& listener);
    void remove(const std::string& name, Valkey::Listener& listener);
    /// The map is another one: what moved is subscribed where it is now.
    void follow_map();
    void stop();

private:
    struct NodeDirectory final : Directory {
        NodeDirectory(Shards& owner, ValkeyAddress to) : shards(owner), address(std::move(to)) {}
        void find(std::size_t failures, Found found) override;
        Shards& shards;
        const ValkeyAddress address;
    };
    struct Node {
        Node(Shards& shards, const ValkeyAddress& address);
        NodeDirectory directory;
        Subscriber subscriber;
        std::size_t used = 0;  // subscriptions
    };
    struct Subscription {
        std::string name;
        Valkey::Listener* listener;
        std::uint16_t slot;
        Node* node = nullptr;  // none while nobody is known to have the slot
    };
    void place(Subscription& subscription);
    Node* owner_of(std::uint16_t slot);
    void drop_unused();

    ValkeyContext& context_;
    const SlotMap& map_;
    std::function<void()> doubt_;
    std::map<std::pair<std::string, std::uint16_t>, std::unique_ptr<Node>> nodes_;
    std::multimap<std::string, Subscription> subscriptions_;
};

}  // namespace sio::cluster
