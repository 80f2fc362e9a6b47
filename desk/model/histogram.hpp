#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace desk {

/// Counts observations by size, in at most kMaxBounds ranges and one for what is larger.
/// Thread: any; never locks. What is read while others observe may lack the newest.
class Histogram {
public:
    static constexpr std::size_t kMaxBounds = 16;

    /// `bounds`: upper, inclusive, rising.
    template <std::size_t N>
    explicit Histogram(const double (&bounds)[N]) : size_(N) {
        static_assert(N <= kMaxBounds);
        std::ranges::copy(bounds, bounds_.begin());
    }

    void observe(double value) {
        const auto end = bounds_.begin() + static_cast<std::ptrdiff_t>(size_);
        const auto range = static_cast<std::size_t>(std::lower_bound(bounds_.begin(), end, value) - bounds_.begin());
        counts_[range].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(value, std::memory_order_relaxed);
    }

    std::size_t size() const { return size_; }
    double bound(std::size_t range) const { return bounds_[range]; }
    /// Of one range; of `size()`, those above all bounds.
    std::uint64_t count(std::size_t range) const { return counts_[range].load(std::memory_order_relaxed); }
    double sum() const { return sum_.load(std::memory_order_relaxed); }

private:
    std::size_t size_;
    std::array<double, kMaxBounds> bounds_{};
    std::array<std::atomic<std::uint64_t>, kMaxBounds + 1> counts_{};
    std::atomic<double> sum_{0};
};

/// For times in seconds from a tenth of a millisecond to ten seconds.
inline constexpr double kSecondsBounds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                            0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};

}  // namespace desk
