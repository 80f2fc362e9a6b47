#pragma once

#include <chrono>
#include <cstdint>

namespace sio::runtime {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

class TimerWheel;

/// An intrusive timer: embed it, arm it, and it calls `fire(owner)` once. Disarms itself when destroyed. 40 bytes, no allocation.
/// Thread: the loop whose wheel it is armed in.
class Timer {
public:
    using Callback = void (*)(void* owner);

    Timer(Callback callback, void* owner) : callback_(callback), owner_(owner) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    ~Timer() { cancel(); }

    bool armed() const { return previous_ != nullptr; }
    /// The wheel's tick it was armed for last.
    std::uint64_t tick() const { return tick_; }
    void cancel() {
        if (!previous_) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = nullptr;
    }

private:
    friend class TimerWheel;
    Timer* previous_ = nullptr;  // a ring through the wheel's slot
    Timer* next_ = nullptr;
    std::uint64_t tick_ = 0;
    Callback callback_;
    void* owner_;
};

}  // namespace sio::runtime
