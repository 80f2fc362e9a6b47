#pragma once

#include <algorithm>
#include <cstdint>

#include "desk/model/limits.hpp"

namespace desk {

/// A token bucket of eight bytes; the limit is given with each call. Starts full.  Thread: one.
class TokenBucket {
public:
    /// Takes one token. `now_ms` is the same clock for all calls; that of one loop may be a little behind another's.
    bool take(const RateLimit& limit, std::int64_t now_ms) {
        const auto now = static_cast<std::uint32_t>(now_ms);
        const std::uint32_t elapsed = now - last_ms_;
        if (elapsed < UINT32_MAX - kBehindMs) {
            used_ = std::max(0.0F, used_ - static_cast<float>(elapsed) * rate_per_ms(limit));
            last_ms_ = now;
        }
        if (used_ + 1 > static_cast<float>(limit.burst)) return false;
        used_ += 1;
        return true;
    }

    /// After take() said no: when the next token will be there.
    std::int64_t retry_after_ms(const RateLimit& limit) const {
        const float missing = used_ + 1 - static_cast<float>(limit.burst);
        return std::max<std::int64_t>(1, static_cast<std::int64_t>(missing / rate_per_ms(limit)) + 1);
    }

private:
    static constexpr std::uint32_t kBehindMs = 60'000;

    static float rate_per_ms(const RateLimit& limit) { return static_cast<float>(limit.per_second()) / 1000.0F; }

    std::uint32_t last_ms_ = 0;
    float used_ = 0;  // tokens taken and not yet back
};

}  // namespace desk
