#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/cluster/valkey/valkey.hpp"
#include "sio/socketio/adapter.hpp"

/// The adapters that make one cluster of several servers on one Valkey, also of C++ and Node ones. Each is compatible on the wire with its
/// Node counterpart; all servers of a cluster use the same one, with the same options.
///
///     runtime::LoopGroup loops(4);
///     cluster::Valkey valkey(loops.at(0), *cluster::ValkeyOptions::parse("redis://127.0.0.1"), log);
///     Server io(loops, {.adapter = cluster::pubsub_adapter(valkey)});
///
/// Joins, leaves and disconnects take effect on this server at once, also while Valkey is away; what other servers are to hear waits for
/// it, bounded. The Valkey client outlives the server's close().
namespace sio::cluster {

/// Grows only. Thread: any.
struct ClusterCounts {
    std::atomic<std::uint64_t> published{0};
    std::atomic<std::uint64_t> received{0};     ///< messages of other servers and emitters that were for us
    std::atomic<std::uint64_t> undecodable{0};  ///< dropped: malformed, too large, or nothing that clients may get
    std::atomic<std::uint64_t> gaps{0};         ///< times that messages may have been lost
    std::atomic<std::uint64_t> silent{0};       ///< servers that did not answer a request in time
};

struct AdapterOptions {
    std::chrono::milliseconds requests_timeout{5'000};  ///< fetchSockets, serverSideEmit: servers silent for longer are left out
    /// Messages of other servers may have been lost; clients may have to fetch anew what they show. Thread: Valkey's loop.
    std::function<void(std::string_view nsp)> on_gap;
    std::shared_ptr<ClusterCounts> counts = std::make_shared<ClusterCounts>();  ///< of all namespaces
    /// What is called otherwise here: the rooms that are meant when a message of another server or an emitter is for `room`, or for all but
    /// it. None: it is called so here too. Rooms that sockets are to join or leave are not asked about. A room's own channel of the sharded
    /// adapter is subscribed to by the room's own name only. Thread: any.
    using Aliases = std::function<std::vector<std::string>(std::string_view room)>;
    Aliases aliases = {};
};

/// As `@socket.io/redis-adapter` (protocol 2.1), which the stock emitter `@socket.io/redis-emitter` speaks too.
struct PubSubOptions : AdapterOptions {
    std::string key = "socket.io";
    bool publish_on_specific_response_channel = false;
};

/// As its `createShardedAdapter` (protocol 2.2), for Valkey Cluster.
struct ShardedOptions : AdapterOptions {
    enum class SubscriptionMode : std::uint8_t {
        Static,          ///< two channels a namespace
        Dynamic,         ///< and one for each room with members here, but for those of single sockets
        DynamicPrivate,  ///< for these too
    };
    std::string channel_prefix = "socket.io";
    SubscriptionMode subscription_mode = SubscriptionMode::Dynamic;
};

/// As `@socket.io/redis-streams-adapter` 0.3 (protocol 2.3): nothing is lost in a short outage, and with
/// Options::connection_state_recovery a client may take up its session on any server.
struct StreamsOptions : AdapterOptions {
    std::string stream_name = "socket.io";
    unsigned stream_count = 1;  ///< namespaces are spread over `stream_name`-0 and so on
    std::string channel_prefix = "socket.io";
    bool use_sharded_pubsub = false;
    std::size_t max_len = 10'000;  ///< entries that a stream keeps, about
    std::string session_key_prefix = "sio:session:";
    /// Hears the stock emitter on the channels of PubSubOptions::key besides: its messages only, not those of servers.
    bool listen_to_emitters = false;
    std::string emitter_key = "socket.io";
};

/// What all three add to an Adapter. Thread: any.
class ClusterAdapter : public Adapter {
public:
    /// The adapter of a namespace, or nullptr when it is another.
    static ClusterAdapter* of(Namespace& nsp);

    /// Lets Node servers deliver `event` to their sockets; this and every other C++ server leaves it alone.
    virtual void publish_only(const EncodedEvent& event, const Target& target, const BroadcastFlags& flags) = 0;
    /// Whether it has heard Valkey confirm its subscriptions.
    virtual bool ready() const = 0;
};

AdapterFactory pubsub_adapter(Valkey& valkey, PubSubOptions options = {});
AdapterFactory sharded_adapter(Valkey& valkey, ShardedOptions options = {});
AdapterFactory streams_adapter(Valkey& valkey, StreamsOptions options = {});

}  // namespace sio::cluster
