#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/cluster/resident.hpp"
#include "desk/cluster/roll_book.hpp"
#include "sio/base/log.hpp"
#include "sio/cluster/valkey/valkey.hpp"
#include "sio/runtime/timer.hpp"

namespace desk::cluster {

struct RollOptions {
    std::string name = "{insightdesk}:roll";  ///< of its keys and its channel in Valkey; holds a hash tag
    std::string server;                       ///< this process's own name: `[A-Za-z0-9_-]{1,32}`
    std::chrono::milliseconds lease{15'000};  ///< how long nobody misses a server that died
    std::chrono::milliseconds sweep{
        1'000};  ///< between two renewals, each of which also claims what has lapsed; at most a third of `lease`
    std::chrono::milliseconds handover{60'000};  ///< of a server that stopped in peace
    std::size_t batch = 256;                     ///< shares in one message, about
};

/// Who has a share in what, over all servers: key -> (server -> payload), of several topics (domain.md 3.3 "Crash"). A server's shares
/// stand under a lease which it renews. Of a server that does not, they are claimed by whoever sees the lease end, atomically and once, in
/// batches, and all are told. A server that was frozen, or whose Valkey has forgotten all, takes a new lease and reports all its shares
/// anew; what it writes under the old one is refused. While Valkey is away everything stays as it was, but what this server puts is seen by
/// itself at once; when it is back the differences are told.
/// Thread: any, unless said otherwise; it lives on the loop of the client of Valkey, and tells its listeners there.
class Roll final : private sio::cluster::Valkey::Listener {
public:
    Roll(sio::cluster::Valkey& valkey, RollOptions options, sio::Log& log);
    /// On its loop, or when that does not run any more; before the client is destroyed.
    ~Roll();
    Roll(const Roll&) = delete;
    Roll& operator=(const Roll&) = delete;

    /// `topic` is one word. Before `begin`; the listener outlives the roll.
    void hear(std::string topic, RollListener& listener);
    /// Before the loop runs, or on it.
    void begin();

    /// This server's own share of a key, after a change; an empty payload: it has none. Neither holds control characters.
    void put(std::string_view topic, std::string_view key, std::string payload, Why why);
    /// The shares of a key as they are seen now, in order with what listeners are told; `done` runs on the loop.
    void look(std::string_view topic, std::string_view key, std::move_only_function<void(const Shares&)> done);
    /// From now on the server's shares change no more; each goes when another server has one in its key, at the latest after
    /// `RollOptions::handover`. Waits for Valkey, a second at most. Thread: none of a loop.
    void hand_over();

    struct Stats {
        bool in_touch;          ///< hears all changes
        std::size_t keys;       ///< that anybody has a share in
        std::size_t leases;     ///< of all servers
        std::uint64_t lapses;   ///< own leases lost
        std::uint64_t claimed;  ///< leases of others
        std::uint64_t removed;  ///< their shares
        std::uint64_t loads;    ///< of the whole, at the start and after gaps
    };
    Stats stats() const;
    bool in_touch() const { return in_touch_.load(std::memory_order_relaxed); }
    /// The one it lives on.
    sio::runtime::Loop& loop() const { return loop_; }
    /// The servers that hold a lease, this one too; as of the last renewal. Thread: the loop.
    const std::vector<std::string>& servers() const { return servers_; }

private:
    enum class State : std::uint8_t { Away, Entering, InTouch };
    struct Topic {
        std::string prefix;
        RollListener* listener;
    };
    struct Lease {
        LeaseId id;
        std::string name;
        std::optional<sio::runtime::TimePoint> awaited_until;  ///< not in Valkey: its server may be about to report all anew
    };

    void on_message(std::string_view channel, std::string_view payload) override;
    void on_subscribed() override;
    void enter();
    void loaded(const sio::cluster::Value& all);
    void away();
    void lapse();
    void tick();
    void kept(const sio::cluster::Value& answer);
    void end_awaited();
    void hear_message(std::string_view payload);
    void hear_line(std::string_view line, std::string_view lease, bool ours);
    void flush();
    void dispatch(const std::string& key, const Shares& shares, Why why, bool ours);
    LeaseId id_of(std::string_view name);
    /// Runs a script and, unless this is gone or has begun anew by then, `done` with its answer; on an error it is away.
    void run(const sio::cluster::Script& script, std::vector<std::string> arguments, std::function<void(const sio::cluster::Value&)> done);
    void count();

    sio::cluster::Valkey& valkey_;
    const RollOptions options_;
    sio::Log& log_;
    sio::runtime::Loop& loop_;
    std::vector<Topic> topics_;
    RollBook book_;
    State state_ = State::Away;
    bool subscribed_ = false;
    bool telling_ = false;  // a batch is on its way
    std::uint64_t round_ = 0;
    std::uint64_t incarnation_ = 0;
    std::string lease_;                 // own; empty: none
    std::vector<std::string> leaving_;  // own former ones, to be ended once all is reported under the new one
    std::vector<Lease> leases_;         // of others, that have or had shares
    std::vector<std::string> servers_;  // that have a lease
    LeaseId last_id_ = kOwnLease;
    std::int64_t seen_ = 0;          // SEQ of the last message
    std::int64_t due_ = 0;           // SEQ that must have been seen by now
    std::vector<std::string> held_;  // messages that came while all was being loaded
    sio::runtime::TimePoint in_touch_since_{};
    sio::runtime::Timer timer_;
    std::atomic<bool> handed_over_{false};

    std::atomic<bool> in_touch_{false};
    std::atomic<std::size_t> keys_{0};
    std::atomic<std::size_t> lease_count_{0};
    std::atomic<std::uint64_t> lapses_{0};
    std::atomic<std::uint64_t> claimed_{0};
    std::atomic<std::uint64_t> removed_{0};
    std::atomic<std::uint64_t> loads_{0};
    Resident<Roll> resident_;
};

}  // namespace desk::cluster
