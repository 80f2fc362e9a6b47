#include "desk/model/calendar.hpp"

#include <algorithm>
#include <tuple>

#include "desk/model/text.hpp"

namespace desk {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::int32_t kDayEnd = 24 * 60;

std::optional<std::int32_t> number(std::string_view digits) {
    std::int32_t out = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        out = out * 10 + (c - '0');
    }
    return out;
}

/// "09:30" -> 570
std::optional<std::int32_t> minutes(std::optional<std::string_view> text) {
    if (!text || text->size() != 5 || (*text)[2] != ':') return std::nullopt;
    const auto hour = number(text->substr(0, 2));
    const auto minute = number(text->substr(3, 2));
    if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > kDayEnd) return std::nullopt;
    return *hour * 60 + *minute;
}

void append_two(std::string& out, unsigned number) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
}

std::string clock_text(std::int32_t minute) {
    std::string out;
    append_two(out, static_cast<unsigned>(minute / 60));
    out += ':';
    append_two(out, static_cast<unsigned>(minute % 60));
    return out;
}

/// "2026-12-24"
std::optional<std::chrono::sys_days> day(std::optional<std::string_view> text) {
    if (!text || text->size() != 10 || (*text)[4] != '-' || (*text)[7] != '-') return std::nullopt;
    const auto y = number(text->substr(0, 4));
    const auto m = number(text->substr(5, 2));
    const auto d = number(text->substr(8, 2));
    if (!y || !m || !d) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*y), std::chrono::month(static_cast<unsigned>(*m)),
                                           std::chrono::day(static_cast<unsigned>(*d))};
    return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

std::string day_text(std::chrono::sys_days date) {
    const std::chrono::year_month_day parts(date);
    const auto year = static_cast<unsigned>(static_cast<int>(parts.year()));
    std::string out;
    append_two(out, year / 100);
    append_two(out, year % 100);
    out += '-';
    append_two(out, static_cast<unsigned>(parts.month()));
    out += '-';
    append_two(out, static_cast<unsigned>(parts.day()));
    return out;
}

Result<std::vector<DaySpan>> read_spans(sio::json::Value value) {
    std::vector<DaySpan> spans;
    if (!value.is_array()) return invalid("hours", "NOT_AN_ARRAY");
    if (value.size() > kMaxSpansOfDay) return invalid("hours", "TOO_MANY");
    for (const auto pair : value.elements()) {
        const auto from = minutes(pair.at(0).string());
        const auto to = minutes(pair.at(1).string());
        if (pair.size() != 2 || !from || !to) return invalid("hours", "NOT_A_TIME");
        if (*from >= *to) return invalid("hours", "ENDS_BEFORE_IT_BEGINS");
        spans.push_back({*from, *to});
    }
    std::ranges::sort(spans, {}, &DaySpan::from);
    const auto meets = [](const DaySpan& a, const DaySpan& b) { return a.to > b.from; };
    if (std::ranges::adjacent_find(spans, meets) != spans.end()) return invalid("hours", "OVERLAPS");
    return spans;
}

}  // namespace

Result<WeekHours> read_hours(sio::json::Value value) {
    WeekHours hours;
    if (!value.is_object()) return invalid("hours", "NOT_AN_OBJECT");
    bool any = false;
    for (const auto [name, spans] : value.members()) {
        const auto at = std::ranges::find(kDays, name);
        if (at == kDays.end()) return invalid("hours", "UNKNOWN_DAY");
        auto read = read_spans(spans);
        if (!read) return fail(std::move(read.error()));
        any = any || !read->empty();
        hours[static_cast<std::size_t>(at - kDays.begin())] = std::move(*read);
    }
    if (!any) return invalid("hours", "NEVER_OPEN");
    return hours;
}

void write_hours(sio::json::Writer& w, const WeekHours& hours) {
    w.begin_object();
    for (std::size_t i = 0; i < hours.size(); ++i) {
        w.key(kDays[i]).begin_array();
        for (const DaySpan& span : hours[i]) w.begin_array().value(clock_text(span.from)).value(clock_text(span.to)).end_array();
        w.end_array();
    }
    w.end_object();
}

Result<std::vector<Holiday>> read_holidays(sio::json::Value value) {
    std::vector<Holiday> holidays;
    if (!value.is_array()) return invalid("holidays", "NOT_AN_ARRAY");
    if (value.size() > kMaxHolidays) return invalid("holidays", "TOO_MANY");
    for (const auto item : value.elements()) {
        const auto date = day(item["date"].string());
        if (!date) return invalid("holidays", "NOT_A_DATE");
        Holiday holiday{*date, {0, kDayEnd}, {}};
        const auto bound = [&item](std::string_view name, std::int32_t& field) {
            const auto text = item[name];
            if (!text || text.is_null()) return true;
            const auto minute = minutes(text.string());
            field = minute.value_or(0);
            return minute.has_value();
        };
        if (!bound("from", holiday.closed.from) || !bound("to", holiday.closed.to)) return invalid("holidays", "NOT_A_TIME");
        if (holiday.closed.from >= holiday.closed.to) return invalid("holidays", "ENDS_BEFORE_IT_BEGINS");
        auto name = bounded_text("holidays", item["name"].string().value_or(""), kMaxName);
        if (!name) return fail(std::move(name.error()));
        holiday.name = std::move(*name);
        holidays.push_back(std::move(holiday));
    }
    std::ranges::sort(holidays, {},
                      [](const Holiday& holiday) { return std::tuple(holiday.date, holiday.closed.from, holiday.closed.to); });
    return holidays;
}

void write_holidays(sio::json::Writer& w, const std::vector<Holiday>& holidays) {
    w.begin_array();
    for (const Holiday& holiday : holidays) {
        w.begin_object().field("date", day_text(holiday.date)).field("from", clock_text(holiday.closed.from));
        w.field("to", clock_text(holiday.closed.to)).field("name", holiday.name).end_object();
    }
    w.end_array();
}

void write_json(sio::json::Writer& w, const Calendar& calendar) {
    w.begin_object().field("id", calendar.id).field("name", calendar.name).field("timezone", calendar.timezone).key("hours");
    write_hours(w, calendar.hours);
    w.key("holidays");
    write_holidays(w, calendar.holidays);
    w.field("version", calendar.version).end_object();
}

}  // namespace desk
