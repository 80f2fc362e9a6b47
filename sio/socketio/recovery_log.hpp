#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/target.hpp"

namespace sio::detail {

/// One event that a client may have missed, with its offset among its arguments.
struct MissableEvent {
    std::uint64_t id = 0;
    std::int64_t at_ms = 0;
    StoredTarget target;
    EncodedEvent event;
    bool adopted = false;  ///< stands here for one socket alone, which got it from another loop
};
using MissableEventRef = std::shared_ptr<const MissableEvent>;

/// The events of one namespace that reached one loop, in the order in which its sockets got them.
/// Thread: the loop.
class RecoveryLog {
public:
    RecoveryLog(std::size_t max_bytes, std::int64_t max_age_ms) : max_bytes_(max_bytes), max_age_ms_(max_age_ms) {}

    void append(MissableEventRef event);
    /// The position behind the newest.
    std::uint64_t end() const { return first_ + events_.size(); }
    /// The position behind the event as the socket `sid` got it, the last of it when it stands here twice; nullopt when it is not (or no
    /// longer) here.
    std::optional<std::uint64_t> position_after(std::uint64_t id, const std::string& sid) const;
    /// Those from `position` on that a socket in `rooms` (its own among them) would have got.
    std::vector<MissableEventRef> since(std::uint64_t position, std::span<const std::string> rooms) const;

private:
    void prune(std::int64_t now_ms);

    std::size_t max_bytes_;
    std::int64_t max_age_ms_;
    std::deque<MissableEventRef> events_;
    std::uint64_t first_ = 0;  // position of the oldest
    std::size_t bytes_ = 0;
};

}  // namespace sio::detail
