#include "desk/model/business_time.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>

namespace desk {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::int64_t kHorizonUs = microseconds(days(20 * 366)).count();

const date::time_zone* find_zone(std::string_view name) {
    try {
        return date::locate_zone(name);
    } catch (const std::exception&) {
        // No such zone, or no database at all.
        return nullptr;
    }
}

/// What is left of `open` without `closed`, in order.
std::vector<DaySpan> without(const std::vector<DaySpan>& open, const DaySpan& closed) {
    std::vector<DaySpan> left;
    for (const DaySpan& span : open) {
        const DaySpan before{span.from, std::min(span.to, closed.from)};
        const DaySpan after{std::max(span.from, closed.to), span.to};
        if (before.from < before.to) left.push_back(before);
        if (after.from < after.to) left.push_back(after);
    }
    return left;
}

}  // namespace

bool is_known_timezone(std::string_view name) { return find_zone(name) != nullptr; }

Result<BusinessTime> BusinessTime::of(const Calendar& calendar) {
    BusinessTime time;
    time.zone_ = find_zone(calendar.timezone);
    if (time.zone_ == nullptr) return invalid("timezone", "UNKNOWN_TIMEZONE");
    time.hours_ = calendar.hours;
    time.holidays_ = calendar.holidays;
    std::ranges::sort(time.holidays_, {}, &Holiday::date);
    return time;
}

std::vector<DaySpan> BusinessTime::open_on(sys_days day) const {
    std::vector<DaySpan> open = hours_[std::chrono::weekday(day).iso_encoding() - 1];
    for (const Holiday& holiday : std::ranges::equal_range(holidays_, day, {}, &Holiday::date)) open = without(open, holiday.closed);
    return open;
}

std::int64_t BusinessTime::instant(sys_days day, std::int32_t minute) const {
    const date::local_seconds civil{day.time_since_epoch() + minutes(minute)};
    const date::local_info info = zone_->get_info(civil);
    if (info.result == date::local_info::nonexistent) return microseconds(info.second.begin.time_since_epoch()).count();
    return microseconds(civil.time_since_epoch() - info.first.offset).count();
}

template <class Visit>
void BusinessTime::walk(std::int64_t from_us, Visit visit) const {
    const auto since = std::chrono::floor<seconds>(microseconds(from_us));
    const auto offset = zone_->get_info(date::sys_seconds(since)).offset;
    // Where the clock goes back over midnight, the day before is not over yet.
    const sys_days first = std::chrono::floor<days>(std::chrono::sys_seconds(since + offset)) - days(1);
    for (sys_days day = first; microseconds((day - first)).count() < kHorizonUs; day += days(1)) {
        for (const DaySpan& span : open_on(day)) {
            const std::int64_t end = instant(day, span.to);
            if (end <= from_us) continue;
            const std::int64_t begin = std::max(instant(day, span.from), from_us);
            if (begin < end && !visit(begin, end)) return;
        }
    }
}

std::int64_t BusinessTime::between(std::int64_t from_us, std::int64_t to_us) const {
    if (to_us <= from_us) return 0;
    if (zone_ == nullptr) return to_us - from_us;
    std::int64_t work = 0;
    walk(from_us, [&](std::int64_t begin, std::int64_t end) {
        if (begin >= to_us) return false;
        work += std::min(end, to_us) - begin;
        return end < to_us;
    });
    return work;
}

std::int64_t BusinessTime::add(std::int64_t from_us, std::int64_t work_us) const {
    if (work_us <= 0) return from_us;
    if (zone_ == nullptr) return from_us + std::min(work_us, kHorizonUs);
    std::int64_t left = work_us;
    std::int64_t at = from_us + kHorizonUs;
    walk(from_us, [&](std::int64_t begin, std::int64_t end) {
        if (end - begin < left) {
            left -= end - begin;
            return true;
        }
        at = begin + left;
        return false;
    });
    return at;
}

}  // namespace desk
