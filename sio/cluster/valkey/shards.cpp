#include "sio/cluster/valkey/shards.hpp"

#include <algorithm>
#include <utility>

namespace sio::cluster {

Shards::Node::Node(Shards& shards, const ValkeyAddress& address)
    : directory(shards, address), subscriber(shards.context_, directory, [&shards](const std::string&) { shards.doubt_(); }) {}

void Shards::NodeDirectory::find(std::size_t failures, Found found) {
    if (failures > 0) shards.doubt_();
    found(address);
}

Shards::Shards(ValkeyContext& context, const SlotMap& map, std::function<void()> doubt)
    : context_(context), map_(map), doubt_(std::move(doubt)) {}

void Shards::add(const std::string& name, Valkey::Listener& listener) {
    const std::uint16_t slot = slot_of(name);
    const auto added = subscriptions_.insert({name, {name, &listener, slot}});
    place(added->second);
}

void Shards::remove(const std::string& name, Valkey::Listener& listener) {
    const auto [first, last] = subscriptions_.equal_range(name);
    const auto found = std::find_if(first, last, [&](const auto& named) { return named.second.listener == &listener; });
    if (found == last) return;
    if (Node* const node = found->second.node) {
        node->subscriber.remove(Valkey::Subscription::Shard, name, listener);
        --node->used;
    }
    subscriptions_.erase(found);
}

void Shards::place(Subscription& subscription) {
    Node* const owner = owner_of(subscription.slot);
    if (owner == subscription.node) {
        if (owner != nullptr) owner->subscriber.ask_again(Valkey::Subscription::Shard, subscription.name);
        return;
    }
    if (Node* const old = std::exchange(subscription.node, owner)) {
        old->subscriber.remove(Valkey::Subscription::Shard, subscription.name, *subscription.listener);
        --old->used;
    }
    if (owner == nullptr) return;
    ++owner->used;
    owner->subscriber.add(Valkey::Subscription::Shard, subscription.name, *subscription.listener);
}

Shards::Node* Shards::owner_of(std::uint16_t slot) {
    const ValkeyAddress* const address = map_.owner(slot);
    if (address == nullptr) return nullptr;
    auto& node = nodes_[{address->host, address->port}];
    if (!node) node = std::make_unique<Node>(*this, *address);
    return node.get();
}

void Shards::follow_map() {
    for (auto& [name, subscription] : subscriptions_) place(subscription);
    drop_unused();
}

// Not when the last listener leaves: that may be from inside a call of the very connection.
void Shards::drop_unused() {
    std::erase_if(nodes_, [](const auto& named) { return named.second->used == 0; });
}

void Shards::stop() {
    for (const auto& [address, node] : nodes_) node->subscriber.stop();
}

}  // namespace sio::cluster
