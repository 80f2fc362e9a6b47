#include "desk/model/business_time.hpp"

#include <date/tz.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sio/base/clock.hpp"

namespace desk {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

std::int64_t at(std::string_view iso) { return sio::parse_iso8601(iso).value() * 1000; }

Calendar office(std::string zone = "Europe/Berlin") {
    Calendar calendar;
    calendar.timezone = std::move(zone);
    for (std::size_t day = 0; day < 5; ++day) calendar.hours[day] = {{9 * 60, 12 * 60}, {13 * 60, 17 * 60}};
    return calendar;
}

BusinessTime time_of(const Calendar& calendar) { return BusinessTime::of(calendar).value(); }

TEST(BusinessTime, WithoutACalendarAllTimeCounts) {
    const BusinessTime time;
    EXPECT_EQ(time.between(100, 250), 150);
    EXPECT_EQ(time.between(250, 100), 0);
    EXPECT_EQ(time.add(100, 150), 250);
    EXPECT_EQ(time.add(100, -1), 100);
}

TEST(BusinessTime, LeavesOutLunchNightsAndWeekends) {
    const BusinessTime time = time_of(office());
    // A Friday in winter: 16:00 in Berlin is 15:00 UTC.
    const auto friday = at("2026-01-09T15:00:00Z");
    EXPECT_EQ(time.add(friday, kHour), at("2026-01-09T16:00:00Z"));
    EXPECT_EQ(time.add(friday, kHour + 1), at("2026-01-12T08:00:00Z") + 1);
    EXPECT_EQ(time.add(friday, 5 * kHour), at("2026-01-12T13:00:00Z"));
    EXPECT_EQ(time.between(friday, at("2026-01-12T13:00:00Z")), 5 * kHour);
    EXPECT_EQ(time.between(at("2026-01-10T00:00:00Z"), at("2026-01-11T23:00:00Z")), 0);
}

TEST(BusinessTime, HolidaysAreFreeWhollyOrInPart) {
    Calendar calendar = office();
    calendar.holidays = {{sys_days(2026y / 12 / 25), {0, 1440}, "Christmas"}, {sys_days(2026y / 12 / 24), {12 * 60, 1440}, "Eve"}};
    const BusinessTime time = time_of(calendar);
    EXPECT_EQ(time.between(at("2026-12-24T00:00:00Z"), at("2026-12-26T00:00:00Z")), 3 * kHour);
    EXPECT_EQ(time.add(at("2026-12-24T10:00:00Z"), 2 * kHour), at("2026-12-28T09:00:00Z"));
}

TEST(BusinessTime, ASkippedHourIsNoTimeAndARepeatedOneIsWorkedTwice) {
    Calendar calendar;
    calendar.timezone = "Europe/Berlin";
    for (auto& spans : calendar.hours) spans = {{0, 1440}};
    const BusinessTime time = time_of(calendar);
    EXPECT_EQ(time.between(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")), 23 * kHour);
    EXPECT_EQ(time.between(at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z")), 25 * kHour);
}

TEST(BusinessTime, ABoundaryInASkippedHourMovesForwardAndInARepeatedOneTheFirstCounts) {
    Calendar calendar;
    calendar.timezone = "Europe/Berlin";
    for (auto& spans : calendar.hours) spans = {{2 * 60 + 30, 4 * 60}};
    const BusinessTime time = time_of(calendar);
    // 02:30 does not exist on 29 March: 03:00 CEST is 01:00 UTC.
    EXPECT_EQ(time.add(at("2026-03-29T00:00:00Z"), kMinute), at("2026-03-29T01:01:00Z"));
    // 02:30 CEST comes first on 25 October; 04:00 CET ends it two and a half hours later.
    EXPECT_EQ(time.add(at("2026-10-25T00:00:00Z"), kMinute), at("2026-10-25T00:31:00Z"));
    EXPECT_EQ(time.between(at("2026-10-25T00:00:00Z"), at("2026-10-25T06:00:00Z")), 2 * kHour + 30 * kMinute);
}

TEST(BusinessTime, EndsSomewhereEvenWhenNobodyEverWorks) {
    Calendar calendar;
    for (auto& spans : calendar.hours) spans = {};
    const BusinessTime time = time_of(calendar);
    const auto start = at("2026-01-01T00:00:00Z");
    EXPECT_GT(time.add(start, kHour), start + 365 * 24 * kHour);
    EXPECT_EQ(time.between(start, start + 365 * 24 * kHour), 0);
}

TEST(BusinessTime, KnowsItsZones) {
    EXPECT_TRUE(is_known_timezone("Europe/Berlin"));
    EXPECT_TRUE(is_known_timezone("UTC"));
    EXPECT_FALSE(is_known_timezone("Europe/Atlantis"));
    EXPECT_FALSE(is_known_timezone("../../etc/passwd"));
    EXPECT_FALSE(BusinessTime::of(office("Nowhere")).has_value());
}

/// The slow and obvious way: every minute of a month is looked at.
class MinuteByMinute {
public:
    MinuteByMinute(const Calendar& calendar, sys_days first, int length) : first_(first) {
        const auto* zone = date::locate_zone(calendar.timezone);
        const auto minutes = static_cast<std::size_t>(length) * 1440;
        std::vector<std::int64_t> clock(minutes);
        for (std::size_t i = 0; i < minutes; ++i) {
            const auto instant = std::chrono::sys_seconds(first_) + std::chrono::minutes(i);
            clock[i] = std::chrono::floor<std::chrono::minutes>(zone->to_local(instant).time_since_epoch()).count();
        }
        open_.assign(minutes, false);
        const auto first_showing = [&clock](std::int64_t civil) {
            return static_cast<std::size_t>(std::ranges::find_if(clock, [civil](auto shown) { return shown >= civil; }) - clock.begin());
        };
        for (sys_days day = first_ + days(1); day < first_ + days(length - 1); day += days(1)) {
            const std::int64_t midnight = std::int64_t{day.time_since_epoch().count()} * 1440;
            const std::size_t dawn = first_showing(midnight);
            std::size_t dusk = first_showing(midnight + 1440);
            std::vector<bool> worked(dusk - dawn, false);
            for (const DaySpan& span : calendar.hours[std::chrono::weekday(day).iso_encoding() - 1])
                std::fill(worked.begin() + diff(first_showing(midnight + span.from) - dawn),
                          worked.begin() + diff(first_showing(midnight + span.to) - dawn), true);
            for (const Holiday& holiday : calendar.holidays) {
                if (holiday.date != day) continue;
                std::fill(worked.begin() + diff(first_showing(midnight + holiday.closed.from) - dawn),
                          worked.begin() + diff(first_showing(midnight + holiday.closed.to) - dawn), false);
            }
            for (std::size_t i = 0; i < worked.size(); ++i) open_[dawn + i] = open_[dawn + i] || worked[i];
        }
    }

    std::int64_t start_us() const { return std::chrono::microseconds(first_.time_since_epoch()).count(); }
    std::int64_t minutes_between(std::size_t from, std::size_t to) const {
        return std::count(open_.begin() + diff(from), open_.begin() + diff(std::max(from, to)), true);
    }
    /// The minute at whose end `work` minutes have been worked since `from`; nothing when the month does not hold as many.
    std::optional<std::size_t> add(std::size_t from, std::int64_t work) const {
        for (std::size_t i = from; i < open_.size(); ++i) {
            if (work == 0) return i;
            if (open_[i]) --work;
        }
        return std::nullopt;
    }

private:
    static std::ptrdiff_t diff(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

    sys_days first_;
    std::vector<bool> open_;
};

constexpr int kDays = 30;

rc::Gen<DaySpan> a_span() {
    return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 1441), rc::gen::inRange(0, 1441)), [](std::pair<int, int> ends) {
        const auto [a, b] = std::minmax(ends.first, ends.second);
        return DaySpan{std::min(a, 1439), std::max(b, std::min(a, 1439) + 1)};
    });
}

std::vector<DaySpan> apart(std::vector<DaySpan> spans) {
    std::ranges::sort(spans, {}, &DaySpan::from);
    std::vector<DaySpan> kept;
    for (const DaySpan& span : spans) {
        if (kept.empty() || kept.back().to <= span.from) kept.push_back(span);
    }
    return kept;
}

/// Around a change of clocks more often than not.
sys_days some_day() {
    return *rc::gen::element(sys_days(2026y / 3 / 8), sys_days(2026y / 3 / 29), sys_days(2026y / 10 / 25), sys_days(2026y / 11 / 1),
                             sys_days(2026y / 4 / 5), sys_days(2026y / 10 / 4), sys_days(2024y / 2 / 29), sys_days(2026y / 1 / 1),
                             sys_days(2011y / 12 / 30));
}

Calendar some_calendar(sys_days about) {
    Calendar calendar;
    calendar.timezone = *rc::gen::element<std::string>("UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe",
                                                       "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Asia/Beirut",
                                                       "Atlantic/Azores");
    for (auto& spans : calendar.hours) spans = apart(*rc::gen::resize(4, rc::gen::container<std::vector<DaySpan>>(a_span())));
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        calendar.holidays.push_back(
            {about + days(*rc::gen::inRange(-5, 6)), *rc::gen::oneOf(rc::gen::just(DaySpan{0, 1440}), a_span()), {}});
    return calendar;
}

RC_GTEST_PROP(BusinessTimeProperty, IsWhatCountingMinutesGives, ()) {
    const sys_days about = some_day();
    const Calendar calendar = some_calendar(about);
    const MinuteByMinute slow(calendar, about - days(kDays / 2), kDays);
    const BusinessTime fast = time_of(calendar);
    // A few days off the ends of what is counted.
    const auto minute = rc::gen::inRange<std::size_t>(3 * 1440, (kDays - 3) * 1440);
    for (int i = 0; i < 20; ++i) {
        const std::size_t from = *minute;
        const std::size_t to = *minute;
        const std::int64_t from_us = slow.start_us() + static_cast<std::int64_t>(from) * kMinute;
        const std::int64_t to_us = slow.start_us() + static_cast<std::int64_t>(to) * kMinute;
        RC_ASSERT(fast.between(from_us, to_us) == slow.minutes_between(from, to) * kMinute);
        const std::int64_t work = *rc::gen::inRange<std::int64_t>(0, 5000);
        const auto due = slow.add(from, work);
        if (due && *due < (kDays - 3) * 1440)
            RC_ASSERT(fast.add(from_us, work * kMinute) == slow.start_us() + static_cast<std::int64_t>(*due) * kMinute);
    }
}

RC_GTEST_PROP(BusinessTimeProperty, PartsAddUpAndAddingIsTheInverseOfCounting, ()) {
    const sys_days about = some_day();
    const BusinessTime time = time_of(some_calendar(about));
    const std::int64_t noon = std::chrono::microseconds(about.time_since_epoch()).count();
    const auto instant = rc::gen::inRange<std::int64_t>(noon - 72 * kHour, noon + 72 * kHour);
    std::array<std::int64_t, 3> t{*instant, *instant, *instant};
    std::ranges::sort(t);
    RC_ASSERT(time.between(t[0], t[1]) + time.between(t[1], t[2]) == time.between(t[0], t[2]));
    const std::int64_t work = *rc::gen::inRange<std::int64_t>(1, 40 * kHour);
    const std::int64_t due = time.add(t[0], work);
    if (due < t[0] + 19LL * 365 * 24 * kHour) {
        RC_ASSERT(time.between(t[0], due) == work);
        RC_ASSERT(time.between(t[0], due - 1) == work - 1);
    }
}

sio::json::Value parsed(sio::json::Parser& parser, std::string_view text) { return parser.parse_copy(text).value(); }

TEST(Calendar, IsReadAsItIsWritten) {
    sio::json::Parser parser;
    Calendar calendar = office();
    calendar.hours[6] = {{0, 1440}};
    calendar.holidays = {{sys_days(2026y / 12 / 24), {12 * 60, 1440}, "Eve"}};
    const std::string json = sio::json::text(calendar).str();
    const auto value = parsed(parser, json);
    EXPECT_EQ(read_hours(value["hours"]).value(), calendar.hours);
    EXPECT_EQ(read_holidays(value["holidays"]).value(), calendar.holidays);
}

class CalendarRefuses : public ::testing::TestWithParam<std::string_view> {};
TEST_P(CalendarRefuses, HoursThatAreNone) {
    sio::json::Parser parser;
    EXPECT_FALSE(read_hours(parsed(parser, GetParam())).has_value());
}
INSTANTIATE_TEST_SUITE_P(Hours, CalendarRefuses,
                         ::testing::Values("[]", "{}", R"({"mon":[]})", R"({"mon":[["09:00"]]})", R"({"mon":[["9:00","12:00"]]})",
                                           R"({"mon":[["09:00","24:01"]]})", R"({"mon":[["12:00","12:00"]]})",
                                           R"({"mo":[["09:00","12:00"]]})", R"({"mon":[["09:00","12:00"],["11:00","13:00"]]})",
                                           R"({"mon":[["09:00","12:00","13:00"]]})", R"({"mon":"09:00"})", R"({"mon":[[9,12]]})",
                                           R"({"mon":[["09:60","12:00"]]})"));

class CalendarRefusesHolidays : public ::testing::TestWithParam<std::string_view> {};
TEST_P(CalendarRefusesHolidays, ThatAreNone) {
    sio::json::Parser parser;
    EXPECT_FALSE(read_holidays(parsed(parser, GetParam())).has_value());
}
INSTANTIATE_TEST_SUITE_P(Holidays, CalendarRefusesHolidays,
                         ::testing::Values("{}", R"([{"date":"2026-02-30"}])", R"([{"date":"24.12.2026"}])", R"([{}])", "[1]",
                                           R"([{"date":"2026-12-24","from":"12:00","to":"11:00"}])",
                                           R"([{"date":"2026-12-24","from":12}])"));

}  // namespace
}  // namespace desk
