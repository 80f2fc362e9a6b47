#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "sio/base/string_map.hpp"

namespace sio::detail {

/// Joins the loops' views of a namespace's rooms into one: a room is created with its first member on any loop and deleted with the last.
/// Thread: any.
class RoomWatch {
public:
    /// One loop got its first member of `room`, or lost its last. Returns whether that holds for the server too.
    bool created(std::string_view room);
    bool deleted(std::string_view room);

private:
    std::mutex mutex_;
    StringMap<std::uint32_t> loops_;  // guarded by mutex_
};

}  // namespace sio::detail
