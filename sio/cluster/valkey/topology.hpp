#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sio/cluster/valkey/directory.hpp"
#include "sio/cluster/valkey/pipeline.hpp"
#include "sio/cluster/valkey/subscriber.hpp"

namespace sio::cluster {

/// Brings commands and subscriptions to the servers that they are for. Thread: the loop.
class Topology {
public:
    using Kind = Valkey::Subscription;
    virtual ~Topology() = default;
    virtual void start() = 0;
    /// Answers what waits by Closed; calls nobody after that.
    virtual void stop() = 0;
    /// Its size is counted already.
    virtual void add(Command command) = 0;
    virtual void subscribe(Kind kind, std::string name, Valkey::Listener& listener) = 0;
    virtual void unsubscribe(Kind kind, const std::string& name, Valkey::Listener& listener) = 0;
    /// Where the server of `key` is found, for a connection of one's own.
    virtual std::unique_ptr<Directory> directory_of(std::string_view key) = 0;
};

using Changed = std::function<void(bool connected)>;
/// All is on one server: the first address that answers.
std::unique_ptr<Topology> make_single(ValkeyContext& context, Changed changed);
/// All is on the primary that the Sentinels name. `moved`: it is another one now.
std::unique_ptr<Topology> make_sentinel(ValkeyContext& context, Changed changed, std::function<void(const Error&)> moved);
/// Spread over the nodes of a cluster, by slots of keys.
std::unique_ptr<Topology> make_cluster(ValkeyContext& context, Changed changed);

}  // namespace sio::cluster
