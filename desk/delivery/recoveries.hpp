#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace desk {

/// What became of a client's wish for what it had missed (`since`): all of it, or why it had to read anew.
enum class Recovery : std::uint8_t {
    Complete,
    Expired,      ///< the cursor is older than the log, or of another one
    Invalid,      ///< no cursor at all
    TooMuch,      ///< more than a replay brings, or more came meanwhile than is held
    Unavailable,  ///< the store could not say
};
inline constexpr std::size_t kRecoveries = 5;
/// "complete", "expired", ...
std::string_view to_string(Recovery recovery);

/// Recoveries so far.  Thread: any.
class RecoveryCounts {
public:
    /// `events`: how many were sent again.
    void add(Recovery recovery, std::size_t events) {
        counts_[static_cast<std::size_t>(recovery)].fetch_add(1, std::memory_order_relaxed);
        events_.fetch_add(events, std::memory_order_relaxed);
    }
    std::uint64_t of(Recovery recovery) const { return counts_[static_cast<std::size_t>(recovery)].load(std::memory_order_relaxed); }
    std::uint64_t events() const { return events_.load(std::memory_order_relaxed); }

private:
    std::array<std::atomic<std::uint64_t>, kRecoveries> counts_{};
    std::atomic<std::uint64_t> events_{0};
};

}  // namespace desk
