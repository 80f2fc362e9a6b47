#include "sio/admin/attempts.hpp"

#include <algorithm>

namespace sio::admin {
namespace {

constexpr std::size_t kTidyAbove = 64;

}  // namespace

bool Attempts::has_room(const AttemptRate& rate, TimePoint restored, TimePoint now) {
    return restored - now <= rate.every * (static_cast<std::int64_t>(rate.burst) - 1);
}

void Attempts::spend(const AttemptRate& rate, TimePoint& restored, TimePoint now) { restored = std::max(restored, now) + rate.every; }

// An address that is refused for all is not charged: guesses from elsewhere must not use up the operator's own tries.
bool Attempts::take(std::string_view address, TimePoint now) {
    const auto found = spent_.find(address);
    if (found != spent_.end() && !has_room(of_address_, found->second, now)) return false;
    if (!has_room(of_all_, all_, now)) return false;
    spend(of_all_, all_, now);
    if (spent_.size() > kTidyAbove) std::erase_if(spent_, [now](const auto& entry) { return entry.second <= now; });
    spend(of_address_, spent_[std::string(address)], now);
    return true;
}

}  // namespace sio::admin
