#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace desk::app {

/// The helpdesk's wall clock, moved by a file that holds milliseconds to add (domain.md 9 "Time"): what it says may change at any time,
/// also back, and is in force within 100 ms. A file that is missing or holds no number leaves the clock as it was. Thread: any.
class TestClock {
public:
    explicit TestClock(std::string file);
    ~TestClock();
    TestClock(const TestClock&) = delete;
    TestClock& operator=(const TestClock&) = delete;

    /// Microseconds since 1970 UTC.
    std::int64_t now_us() const;

private:
    void follow();
    void look();

    const std::string file_;
    std::atomic<std::int64_t> offset_ms_{0};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace desk::app
