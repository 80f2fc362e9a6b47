#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "sio/runtime/timer.hpp"

namespace sio::runtime {

/// Timers by tick (one millisecond in a Loop), in seven levels of 64 slots: arming and cancelling cost the same whatever is armed.
/// A timer moves down a level at most six times before it fires. Knows no clock.
/// Thread: one.
class TimerWheel {
public:
    using Tick = std::uint64_t;

    TimerWheel();
    /// Disarms what is still armed.
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    /// (Re)arms `timer` for `tick`; one that is past fires in the next tick.
    void arm(Timer& timer, Tick tick);
    /// Fires every timer due at `now` or before, earlier ticks first. Callbacks may arm, cancel and destroy any timer.
    void advance(Tick now);
    /// A tick before which nothing fires: exact within the next 64 ticks, otherwise perhaps early. Nothing when no timer is armed.
    std::optional<Tick> next();
    Tick now() const { return now_; }

private:
    static constexpr unsigned kBits = 6;
    static constexpr unsigned kSlots = 1U << kBits;
    static constexpr unsigned kLevels = 7;
    static constexpr Tick kMaxTick = (Tick{1} << (kBits * kLevels)) - 1;

    struct Due {
        Tick tick;
        unsigned level;
        unsigned slot;
    };
    struct Ring : Timer {
        Ring();
        ~Ring();
        bool empty() const;
        void take_all(Ring& other);
    };

    void insert(Timer& timer);
    std::optional<Due> next_slot();
    static Timer* pop(Ring& ring);

    Tick now_ = 0;
    std::array<std::uint64_t, kLevels> occupied_{};  // a set bit may be stale: cancelling does not clear it
    std::array<std::array<Ring, kSlots>, kLevels> slots_;
};

}  // namespace sio::runtime
