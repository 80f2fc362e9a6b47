#pragma once

#include <cstdint>
#include <optional>

#include "desk/model/enums.hpp"

namespace desk::presence {

/// A person's connections, of one server or of all.
struct Tally {
    std::uint32_t connections = 0;
    std::uint32_t away = 0;  ///< of them: without input for a while, as their clients say

    Tally& operator+=(const Tally& other) {
        connections += other.connections;
        away += other.away;
        return *this;
    }
    bool operator==(const Tally&) const = default;
};

/// How a change of the connections came about.
enum class Cause : std::uint8_t {
    Reported,   ///< somebody came, or went as a closed tab, a reload, a lost network do: they may be back at once
    OnPurpose,  ///< the client left every namespace
    Inferred,   ///< nobody saw it: their server has gone, or they were with the process before this one
};

/// What somebody has set, and when, milliseconds since 1970: of two, the later stands, in whatever order they are heard of.
struct Chosen {
    PresenceStatus status = PresenceStatus::Online;
    std::int64_t at_ms = 0;
};

/// For what is waited after the last connection.
enum class Waiting : std::uint8_t { No, Grace, ShortGrace };

/// What of a person outlives their connections, and the server.
struct Kept {
    std::optional<PresenceStatus> manual;  ///< Busy, Away or Offline; `online` takes it back
    std::int64_t manual_ms = 0;            ///< when it was set, milliseconds since 1970
    std::int64_t alive_ms = 0;             ///< last moment of any connection; 0: never
    std::int64_t seen_ms = 0;              ///< lastSeen: the same, but for those who appear offline; 0: never
};

/// One person's presence (domain.md 3.3): a state machine that is told what happens and when; it keeps no time and knows no socket. Who
/// has no connection any more stays as they were until `grace_over()`, which its keeper calls in time as long as `waiting()` says so.
/// Times are milliseconds since 1970 and may step back.  Thread: one at a time.
class Person {
public:
    Person() = default;
    explicit Person(const Kept& kept) : kept_(kept) {}

    /// The connections of all servers, after some change of them. What the person set lapses when they come back later than `lapse_ms`.
    void connections(Tally total, Cause cause, std::int64_t now_ms, std::int64_t lapse_ms);
    /// The person sets their status, on any or no connection; Online takes back what they set before. Without effect when they have set
    /// something later.
    void choose(const Chosen& chosen, std::int64_t now_ms);
    std::int64_t chosen_ms() const { return kept_.manual_ms; }
    /// The time after the last connection is over. Without effect unless `waiting()`.
    void grace_over();

    /// The effective status.
    PresenceStatus status() const;
    Waiting waiting() const { return waiting_; }
    /// Has connections, or had some a moment ago.
    bool present() const { return total_.connections > 0 || waiting_ != Waiting::No; }
    /// lastSeen: now for whoever is seen to be connected, else the last moment they were; 0: never.
    std::int64_t last_seen(std::int64_t now_ms) const;
    /// As `last_seen`, for whatever has to survive.
    Kept kept(std::int64_t now_ms) const;
    const std::optional<PresenceStatus>& manual() const { return kept_.manual; }

private:
    bool visible() const { return status() != PresenceStatus::Offline; }

    Kept kept_;
    Tally total_;
    Waiting waiting_ = Waiting::No;
    bool away_ = false;  // all connections are, or were when the last one went
};

}  // namespace desk::presence
