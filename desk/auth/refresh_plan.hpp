#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace desk::auth {

/// When a key set is fetched anew: after a period, or sooner where its server says so (Cache-Control max-age, RFC 9111 section 5.2.2.1);
/// after a failure again and again, at growing distances; and for a token with an unknown key at once, but only once a minute, however many
/// such tokens come. Knows no clock: time is given.  Thread: one.
class RefreshPlan {
public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds kBetweenAsked{60};
    static constexpr std::chrono::seconds kShortestMaxAge{60};
    static constexpr std::chrono::seconds kFirstRetry{1};
    static constexpr std::chrono::seconds kLongestRetry{60};

    /// The first fetch is due at once. `period` is the longest time between two that go well.
    explicit RefreshPlan(std::chrono::milliseconds period) : period_(period) {}

    Time due() const { return due_; }
    /// An unknown key was met: true when it is worth a fetch now, which counts as the minute's one.
    bool ask(Time now);
    void succeeded(Time now, std::optional<std::chrono::seconds> max_age);
    void failed(Time now);

private:
    std::chrono::milliseconds period_;
    Time due_ = Time::min();
    std::optional<Time> asked_;
    std::chrono::milliseconds retry_ = kFirstRetry;
};

/// `max-age` of a Cache-Control header; zero for no-store and no-cache. nullopt when it says nothing of the kind.
std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control);

}  // namespace desk::auth
