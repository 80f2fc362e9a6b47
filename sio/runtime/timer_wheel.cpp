#include "sio/runtime/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace sio::runtime {

// A timer lies in the level of the highest six-bit digit in which its tick differs from `now_`, in the slot of that digit. All digits
// above are equal, so every timer of a level lies ahead of `now_` in it, and none wraps around.

TimerWheel::Ring::Ring() : Timer(nullptr, nullptr) { previous_ = next_ = this; }

TimerWheel::Ring::~Ring() {
    while (pop(*this) != nullptr) {
    }
}

bool TimerWheel::Ring::empty() const { return next_ == this; }

void TimerWheel::Ring::take_all(Ring& other) {
    if (other.empty()) return;
    next_ = other.next_;
    previous_ = other.previous_;
    next_->previous_ = this;
    previous_->next_ = this;
    other.previous_ = other.next_ = &other;
}

Timer* TimerWheel::pop(Ring& ring) {
    if (ring.empty()) return nullptr;
    Timer* const first = ring.next_;
    first->cancel();
    return first;
}

TimerWheel::TimerWheel() = default;
TimerWheel::~TimerWheel() = default;

void TimerWheel::insert(Timer& timer) {
    const unsigned digit = static_cast<unsigned>(std::bit_width(timer.tick_ ^ now_));
    const unsigned level = digit == 0 ? 0 : (digit - 1) / kBits;
    const unsigned slot = static_cast<unsigned>(timer.tick_ >> (kBits * level)) % kSlots;
    Ring& ring = slots_[level][slot];
    timer.previous_ = ring.previous_;
    timer.next_ = &ring;
    ring.previous_->next_ = &timer;
    ring.previous_ = &timer;
    occupied_[level] |= std::uint64_t{1} << slot;
}

void TimerWheel::arm(Timer& timer, Tick tick) {
    timer.cancel();
    timer.tick_ = std::clamp(tick, now_ + 1, kMaxTick);
    insert(timer);
}

std::optional<TimerWheel::Due> TimerWheel::next_slot() {
    for (unsigned level = 0; level < kLevels; ++level) {
        while (occupied_[level] != 0) {
            const unsigned slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
            if (!slots_[level][slot].empty()) {
                const unsigned shift = kBits * level;
                const Tick above = (now_ >> shift) & ~Tick{kSlots - 1};
                return Due{(above | slot) << shift, level, slot};
            }
            occupied_[level] &= occupied_[level] - 1;
        }
    }
    return std::nullopt;
}

std::optional<TimerWheel::Tick> TimerWheel::next() {
    const auto due = next_slot();
    if (!due) return std::nullopt;
    return due->tick;
}

void TimerWheel::advance(Tick now) {
    while (const auto due = next_slot()) {
        if (due->tick > now) break;
        now_ = std::max(now_, due->tick);
        // Moved to a ring of their own first: a callback that arms for this very slot must not be met in the same round.
        Ring ring;
        ring.take_all(slots_[due->level][due->slot]);
        occupied_[due->level] &= ~(std::uint64_t{1} << due->slot);
        while (Timer* const timer = pop(ring)) {
            if (timer->tick_ > now_) {
                insert(*timer);
            } else {
                timer->callback_(timer->owner_);
            }
        }
    }
    now_ = std::max(now_, now);
}

}  // namespace sio::runtime
