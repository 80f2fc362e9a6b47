#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sio/base/log.hpp"

namespace desk {

/// The rooms of `org` by their names in api.md: `user:{u}`, `team:{t}`, `org:{o}`, `ticket:{t}` (one for staff and one for customers) and
/// `conv:{c}`. Empty: no such name, or an `org:` of another one. An id holds no colon, so but for a ticket's no name leads to a room that
/// only staff are in.
std::vector<std::string> rooms_by_name(std::string_view name, std::string_view org);

/// Which rooms are meant where emitters and Node servers name them (domain.md 9, Bare rooms). A bare name stands for a room of the org that
/// is set, else of the only one there is; with several it is nobody's, and the log says so. `org:{o}` names its org itself, and
/// `o:{o}:ticket:{t}` is both rooms of a ticket. Thread: any.
class BareRooms {
public:
    /// `org` empty: the only one.
    BareRooms(std::string org, sio::Log& log) : org_(std::move(org)), log_(log) {}

    /// There is that org.
    void saw(std::string_view org);
    /// Whether it makes a difference which orgs there are.
    bool asks_for_orgs() const { return org_.empty() && !several_.load(std::memory_order_relaxed); }

    /// What the room is called here; empty: the same.
    std::vector<std::string> named(std::string_view room);

private:
    std::optional<std::string> org_of(std::string_view room);

    const std::string org_;
    sio::Log& log_;
    std::atomic<bool> several_{false};
    std::mutex mutex_;  // of what follows
    std::string only_;
    std::int64_t logged_ms_ = 0;
};

}  // namespace desk
