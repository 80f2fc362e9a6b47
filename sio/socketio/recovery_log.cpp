#include "sio/socketio/recovery_log.hpp"

#include <algorithm>
#include <utility>

namespace sio::detail {
namespace {

/// What an entry takes beside its bytes, about.
constexpr std::size_t kOverhead = 256;

std::size_t cost_of(const MissableEvent& entry) { return entry.event.bytes() + kOverhead; }

bool reaches(const MissableEvent& entry, std::span<const std::string> rooms) {
    const auto target = entry.target.view();
    const auto among_rooms = [rooms](std::string_view name) { return std::ranges::find(rooms, name) != rooms.end(); };
    if (!target->rooms.empty() && std::ranges::none_of(target->rooms, among_rooms)) return false;
    return std::ranges::none_of(target->except, among_rooms);
}

}  // namespace

void RecoveryLog::append(MissableEventRef event) {
    bytes_ += cost_of(*event);
    const std::int64_t now_ms = event->at_ms;
    events_.push_back(std::move(event));
    prune(now_ms);
}

void RecoveryLog::prune(std::int64_t now_ms) {
    while (!events_.empty() && (bytes_ > max_bytes_ || events_.front()->at_ms < now_ms - max_age_ms_)) {
        bytes_ -= cost_of(*events_.front());
        events_.pop_front();
        ++first_;
    }
}

std::optional<std::uint64_t> RecoveryLog::position_after(std::uint64_t id, const std::string& sid) const {
    const auto found = std::find_if(events_.rbegin(), events_.rend(), [&](const MissableEventRef& entry) {
        return entry->id == id && (!entry->adopted || reaches(*entry, {&sid, 1}));
    });
    if (found == events_.rend()) return std::nullopt;
    return first_ + static_cast<std::uint64_t>(events_.rend() - found);
}

std::vector<MissableEventRef> RecoveryLog::since(std::uint64_t position, std::span<const std::string> rooms) const {
    std::vector<MissableEventRef> found;
    for (auto at = std::max(position, first_); at < end(); ++at) {
        const auto& entry = events_[static_cast<std::size_t>(at - first_)];
        if (reaches(*entry, rooms)) found.push_back(entry);
    }
    return found;
}

}  // namespace sio::detail
