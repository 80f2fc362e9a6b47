#include "desk/model/local_day.hpp"

#include <date/tz.h>

#include <exception>

namespace desk {
namespace {

using std::chrono::microseconds;
using SysTime = std::chrono::sys_time<microseconds>;

std::int64_t first_instant(const date::time_zone& zone, date::local_days day) {
    const auto info = zone.get_info(day);
    const auto begin = info.result == date::local_info::nonexistent ? info.first.end
                                                                    : date::sys_seconds((day - info.first.offset).time_since_epoch());
    return microseconds(begin.time_since_epoch()).count();
}

LocalDay day_in(const date::time_zone& zone, std::int64_t now_us) {
    const auto today = date::floor<date::days>(zone.to_local(SysTime(microseconds(now_us))));
    return {first_instant(zone, today), first_instant(zone, today + date::days(1))};
}

LocalDay utc_day(std::int64_t now_us) {
    const auto today = std::chrono::floor<std::chrono::days>(SysTime(microseconds(now_us)));
    const auto us = [](std::chrono::sys_days day) { return microseconds(day.time_since_epoch()).count(); };
    return {us(today), us(today + std::chrono::days(1))};
}

}  // namespace

LocalDay local_day(std::string_view timezone, std::int64_t now_us) {
    try {
        return day_in(*date::locate_zone(timezone), now_us);
    } catch (const std::exception&) {
        // No such zone, or no database at all.
        return utc_day(now_us);
    }
}

}  // namespace desk
