#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "desk/model/calendar.hpp"

namespace date {
class time_zone;  // NOLINT(readability-identifier-naming): the library's name
}

namespace desk {

/// Whether the tz database of this machine has the zone.
bool is_known_timezone(std::string_view name);

/// How much of the time is working time. Instants are microseconds since 1970 UTC. The calendar's civil times are boundaries only: each
/// is the first instant of its day whose clock shows it or a later time, so one in a skipped hour moves forward and of a repeated hour
/// the first counts; between boundaries time is what really passes. (domain.md 3.10)
/// Thread: any; immutable.
class BusinessTime {
public:
    /// All the time is working time.
    BusinessTime() = default;
    /// Errors: InvalidPayload {field: timezone}.
    static Result<BusinessTime> of(const Calendar& calendar);

    /// The working time from one instant to a later one, microseconds; 0 when it is not later.
    std::int64_t between(std::int64_t from_us, std::int64_t to_us) const;

    /// The first instant before which `work_us` of working time have passed since `from_us`; `from_us` itself when that is 0 or less.
    /// What would take more than 20 years is cut off there.
    std::int64_t add(std::int64_t from_us, std::int64_t work_us) const;

private:
    /// Calls `visit(begin, end)` for the stretches of working time after `from_us`, in order, until it answers false or 20 years are over.
    template <class Visit>
    void walk(std::int64_t from_us, Visit visit) const;
    std::vector<DaySpan> open_on(std::chrono::sys_days day) const;
    std::int64_t instant(std::chrono::sys_days day, std::int32_t minute) const;

    const date::time_zone* zone_ = nullptr;
    WeekHours hours_;
    std::vector<Holiday> holidays_;
};

}  // namespace desk
