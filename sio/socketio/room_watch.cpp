#include "sio/socketio/room_watch.hpp"

#include <string>

namespace sio::detail {

bool RoomWatch::created(std::string_view room) {
    const std::scoped_lock lock(mutex_);
    return ++loops_[std::string(room)] == 1;
}

bool RoomWatch::deleted(std::string_view room) {
    const std::scoped_lock lock(mutex_);
    const auto found = loops_.find(room);
    if (found == loops_.end() || --found->second > 0) return false;
    loops_.erase(found);
    return true;
}

}  // namespace sio::detail
