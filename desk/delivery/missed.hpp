#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "desk/delivery/entry.hpp"
#include "desk/delivery/recoveries.hpp"
#include "desk/model/cursor.hpp"
#include "desk/store/replay.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// What a socket that comes back has to be sent: all of it, in order, or the reason why it must read anew. Never a part.
struct Missed {
    std::vector<store::ReplayedEvent> events;
    std::optional<std::string> sync_required;
    Recovery outcome = Recovery::Complete;  ///< another when `sync_required`
};

/// A `since` as clients write it; `undefined` and `null`, a script's variable that was never set, are none: empty.
std::string given_since(std::string_view written);

/// What happened to one ticket or conversation after `since` (a cursor or an eventId; empty: nothing is asked for).
Missed missed_of(const store::Snapshot& snapshot, const Actor& actor, std::string_view since, const Cursor& up_to, Namespace nsp,
                 std::string_view subject, std::int64_t limit);

/// What the automatic rooms and those of `joined` got after `since`.
Missed missed_of_all(const store::Snapshot& snapshot, const Actor& actor, std::string_view since, const Cursor& up_to, Namespace nsp,
                     std::unordered_set<std::string> joined, std::int64_t limit);

/// Sends what was missed, or `sync:required` with the reason to read anew, and counts it if it was `asked` for. False: the latter.
/// Thread: the socket's loop.
bool send_missed(sio::Socket& socket, const Missed& missed, bool overflow, const Cursor& up_to, bool asked, RecoveryCounts& counts);

/// Sends `missed`, then what was held above `up_to`, then `sync:ready` when anything was asked for. Thread: the socket's loop.
void catch_up(sio::Socket& socket, const Missed& missed, const Pending& pending, const Cursor& up_to, bool asked, RecoveryCounts& counts);

/// The text in an event's `since`; empty when there is none.
std::string since_in(const sio::Event& event);

}  // namespace desk
