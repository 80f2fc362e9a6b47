#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "sio/runtime/timer.hpp"

namespace sio::admin {

/// So many at once, then one each `every`.
struct AttemptRate {
    std::size_t burst;
    std::chrono::milliseconds every;
};

/// How many passwords are looked at: of one address, and of all together, so that guesses cannot occupy the machine. Keeps only the
/// addresses that have tried lately.  Thread: one at a time.
class Attempts {
public:
    Attempts(AttemptRate of_address, AttemptRate of_all) : of_address_(of_address), of_all_(of_all) {}

    /// Whether `address` may try once more now. Only what is allowed counts.
    bool take(std::string_view address, runtime::TimePoint now);
    std::size_t addresses() const { return spent_.size(); }

private:
    using TimePoint = runtime::TimePoint;
    /// When everything taken so far is given back; a take moves it by `every`.
    static bool has_room(const AttemptRate& rate, TimePoint restored, TimePoint now);
    static void spend(const AttemptRate& rate, TimePoint& restored, TimePoint now);

    AttemptRate of_address_;
    AttemptRate of_all_;
    TimePoint all_;
    std::map<std::string, TimePoint, std::less<>> spent_;
};

}  // namespace sio::admin
