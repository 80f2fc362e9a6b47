#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "desk/model/event.hpp"
#include "desk/model/people.hpp"
#include "desk/store/transaction.hpp"

/// What somebody missed, in seq order, each event in the projection of their role (domain.md 3.12, 9). Access is judged as it is now: of a
/// ticket they have lost since, they get one ticket:updated {accessLost: true} in the place where it was lost, and nothing else of it.
namespace desk::store {

struct ReplayWanted {
    Namespace nsp = Namespace::Tickets;
    std::int64_t after = 0;          ///< exclusive
    std::int64_t up_to = 0;          ///< inclusive
    std::int64_t limit = 300;        ///< events the reader may see
    std::int64_t max_rows = 20'000;  ///< rows of the log looked at

    /// Only what is about this ticket or conversation: `ticket:subscribe` and `chat:join` with `since`.
    std::optional<std::string> subject;

    /// Unset: everything the reader may see (polling). Set: what the automatic rooms get and what these tickets' or conversations' rooms
    /// get (a socket that connects).
    std::optional<std::unordered_set<std::string>> joined;
};

struct ReplayedEvent {
    std::int64_t seq = 0;
    std::string event_id;
    std::string name;
    std::string subject;
    std::string payload;
    std::int64_t occurred_at_us = 0;
    std::optional<UnreadCount> unread;
};

struct Replay {
    std::vector<ReplayedEvent> events;
    std::int64_t up_to = 0;  ///< everything up to here was looked at
    bool more = false;       ///< stopped at a bound before the end: polling goes on from `up_to`, a socket answers sync:required
};

Replay replay(const Snapshot& snapshot, const Actor& actor, const ReplayWanted& wanted);

/// True when a row of that audience reaches a socket of `actor` that has joined nothing but its automatic rooms.
bool in_automatic_rooms(const Audience& audience, const Actor& actor);

}  // namespace desk::store
