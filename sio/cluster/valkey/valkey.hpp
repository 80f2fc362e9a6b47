#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/log.hpp"
#include "sio/base/result.hpp"
#include "sio/cluster/valkey/options.hpp"
#include "sio/cluster/valkey/value.hpp"
#include "sio/runtime/loop.hpp"

namespace sio::cluster {

/// A Lua script with static lifetime, sent whole with its first use over a connection and run by its digest after that.
struct Script {
    std::string_view text;
};

/// A client of Valkey on one event loop: commands in one pipeline, subscriptions and stream readers on connections of their own (RESP 2).
/// Connects again by itself, with a growing pause; follows Sentinel and Cluster to where the data is. While Valkey is away commands wait,
/// bounded in bytes. Thread: any, unless said otherwise; everything it calls, it calls on its loop.
class Valkey {
public:
    Valkey(runtime::Loop& loop, ValkeyOptions options, Log& log);
    /// Before the loop is destroyed: on the loop, or when it does not run any more. What waits for an answer gets Closed.
    ~Valkey();
    Valkey(const Valkey&) = delete;
    Valkey& operator=(const Valkey&) = delete;

    /// Commands of one caller are sent in the order of the calls. Errors: Closed (the connection went before the answer came: whether the
    /// command ran is unknown; or the client is at its end), TooLarge (more waits than may: it did not run), BadRequest (Valkey's own
    /// error, its text in the detail), Timeout (a command that waited longer than answer_timeout while Valkey was away: it did not run).
    using Answer = std::move_only_function<void(Result<Value>)>;
    void command(std::vector<std::string> words, Answer answer = {});
    /// `keys` are in one hash slot. Errors: as command.
    void run(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments, Answer answer = {});
    /// As command, but waits for Valkey to come back however long that takes, in order, unless more waits than may: for what the cluster is
    /// to hear once Valkey is there again.
    void command_later(std::vector<std::string> words, Answer answer = {});

    /// Whoever subscribes.  Thread: the loop.
    class Listener {
    public:
        /// `channel` is the one the message was published to. Views end with the call.
        virtual void on_message(std::string_view channel, std::string_view payload) = 0;
        /// The subscription is in force, for the first time or again; what was published while it was not is lost.
        virtual void on_subscribed() {}

    protected:
        ~Listener() = default;
    };
    enum class Subscription : std::uint8_t { Channel, Pattern, Shard };
    /// `listener` outlives the subscription. Several may listen to one channel.
    void subscribe(Subscription kind, std::string name, Listener& listener);
    /// Called on the loop the listener hears nothing after it; from elsewhere, nothing after the loop has got the call.
    void unsubscribe(Subscription kind, std::string name, Listener& listener);

    /// Whoever reads a stream.  Thread: the loop.
    class StreamListener {
    public:
        /// `fields` are name, value, name, value.
        virtual void on_entry(std::string_view id, const std::vector<Value>& fields) = 0;
        /// Reads on from `id`: at the start the stream's last entry, else the last one given. `trimmed`: entries between were gone already.
        virtual void on_reading(std::string_view id, bool trimmed) { static_cast<void>(id), static_cast<void>(trimmed); }

    protected:
        ~StreamListener() = default;
    };
    /// Gives every entry added from now on, in order and once, over outages too. On a connection of its own.
    void read_stream(std::string name, StreamListener& listener);
    void stop_reading(std::string_view name, StreamListener& listener);

    /// Whether commands are answered at present. Thread: any.
    bool connected() const;
    /// Told when that changes. Before the loop runs, or on it.
    void on_change(std::function<void(bool connected)> told);

    struct Stats {
        std::uint64_t commands = 0;    ///< answered
        std::uint64_t failures = 0;    ///< answered by an error, ours or Valkey's
        std::uint64_t reconnects = 0;  ///< of any connection
        std::uint64_t messages = 0;    ///< of subscriptions
        std::size_t waiting_bytes = 0;
    };
    Stats stats() const;
    runtime::Loop& loop() const;

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

}  // namespace sio::cluster
