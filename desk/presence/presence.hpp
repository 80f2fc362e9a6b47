#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "desk/cluster/bus.hpp"
#include "desk/cluster/roll.hpp"
#include "desk/model/limits.hpp"
#include "desk/presence/commands.hpp"
#include "desk/presence/roster.hpp"
#include "desk/session/counts.hpp"
#include "desk/session/identities.hpp"
#include "desk/session/visitor.hpp"
#include "desk/store/store.hpp"
#include "sio/base/log.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::presence {

struct PresenceOptions {
    std::chrono::milliseconds grace{15'000};                   ///< after the last connection
    std::chrono::milliseconds short_grace{2'000};              ///< the same, when the client left on purpose; at most `grace`
    std::chrono::milliseconds manual_lapse{12 * 3'600'000LL};  ///< of what somebody set, without a connection
    std::chrono::milliseconds lease{15'000};                   ///< how long nobody misses a server that died
    std::chrono::milliseconds handover{60'000};                ///< the same, of a server that stopped in peace
};

/// Which agents are there (domain.md 3.3): counts the connections of every namespace, tells each change of an effective status by
/// `presence:update` to those who watch and to the person's own sockets, and writes down what has to outlive the process. Everybody lives
/// on their org's home loop. Several servers share a roll: each has everybody, tells its own sockets, and of all of them the one that
/// caused a change writes it down.  Thread: any, unless said otherwise.
class Presence final : private cluster::RollListener {
public:
    /// The servers that people may be connected to; without a roll it is this one.
    struct Cluster {
        cluster::Bus& bus;
        cluster::Roll* roll = nullptr;
    };
    /// Before the server and the roll start.
    Presence(sio::Server& io, store::Store& store, Identities& identities, const Limits& limits, PresenceOptions options, Cluster cluster,
             sio::Log& log);
    ~Presence() override;

    /// Reads what is remembered; who was connected to the process before counts as there until they are back or the lease is over.
    /// At the start. Errors: the store's.
    Result<void> load();
    /// Writes down who is there now, for the process after this one; nobody who goes after this is missed by it. At the end, while the
    /// loops and the store still run; waits for the loops, but not for the store. Again: without effect. Thread: the one that stops the
    /// server.
    void hand_over();

    /// Gets JSON on the org's home loop.
    using Answer = std::move_only_function<void(std::string json)>;
    /// Says that a connection is without input, or has some again. Pre: the actor has presence.
    void idle(const Actor& actor, ConnectionId connection, bool idle, Answer own);
    /// The status that SetStatus has written; call it in the order of the commits. Tells the own sockets also when nothing changes.
    void chosen(const IdentityRef& who, const Chosen& chosen, ConnectionId connection, Answer own);
    /// `[{userId, status, lastSeen}]` of those who are known; `done` runs before any later change of them is told.
    void list(const std::string& org, std::vector<Asked> asked, Answer done);
    /// Takes a token of the actor's presence:status bucket. Errors: RateLimited.
    Result<void> may_choose(const Actor& actor, std::int64_t now_ms);

    /// The effective status. Thread: the org's home loop.
    PresenceStatus status(std::string_view org, std::string_view user);
    /// lastSeen, milliseconds since 1970, of whoever is there or was a moment ago; 0: the store knows. Thread: the org's home loop.
    std::int64_t last_seen_ms(std::string_view org, std::string_view user);
    /// Told of every change of an effective status, on the org's home loop. Before the server starts.
    using Changed = std::function<void(std::string_view org, std::string_view user, PresenceStatus status)>;
    void on_change(Changed told) { told_.push_back(std::move(told)); }

private:
    struct Home;
    struct Alarm;

    void count(sio::Socket& socket);
    void uncount(sio::Socket& socket, sio::DisconnectReason reason);
    void role_changed(sio::Connection& connection);
    void came(const Actor& actor);
    void went(const Actor& actor, ConnectionId connection, Cause cause);
    void changed(std::string_view key, const cluster::Shares& shares, cluster::Why why, bool ours) override;
    void hear_chosen(std::string_view message);
    void read_chosen();
    void chosen_elsewhere(const std::string& name, const Chosen& chosen);
    Home& home(std::string_view org);

    sio::Server& io_;
    store::Store& store_;
    const Limits& limits_;
    const PresenceOptions options_;
    const Cluster cluster_;
    sio::Log& log_;
    sio::Namespace& nsp_;
    std::vector<std::unique_ptr<Home>> homes_;  // one a loop
    std::vector<Changed> told_;
    KeyedBuckets choices_;
    bool handed_over_ = false;
};

/// UserPresence of domain.md section 2. `last_seen_ms` 0: never.
std::string presence_json(std::string_view user, PresenceStatus status, std::int64_t last_seen_ms);

inline ConnectionId id_of(const sio::Connection& connection) { return reinterpret_cast<ConnectionId>(&connection); }

}  // namespace desk::presence
