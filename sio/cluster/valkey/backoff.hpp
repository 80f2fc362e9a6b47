#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace sio::cluster {

/// Pauses that double from `least` to `most`, each drawn at random from its upper half, so that servers which lost the same Valkey do not
/// come back to it in step.
class Backoff {
public:
    using Pause = std::chrono::milliseconds;
    Backoff(Pause least, Pause most) : least_(least), most_(std::max(least, most)), next_(least), random_(std::random_device{}()) {}

    Pause next() {
        const Pause::rep full = next_.count();
        next_ = std::min(next_ * 2, most_);
        return Pause(std::uniform_int_distribution<Pause::rep>(full - full / 2, full)(random_));
    }
    void reset() { next_ = least_; }

private:
    Pause least_;
    Pause most_;
    Pause next_;
    std::minstd_rand random_;
};

}  // namespace sio::cluster
