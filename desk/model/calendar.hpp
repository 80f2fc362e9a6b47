#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/error.hpp"
#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

/// When an org works (domain.md 3.10 and 9).  Thread: any.
namespace desk {

/// From one civil time of a day to another, in minutes since its midnight; `to` may be 1440.
struct DaySpan {
    std::int32_t from = 0;
    std::int32_t to = 0;
    bool operator==(const DaySpan&) const = default;
};

/// By weekday, Monday first; in the order of the clock, apart from each other.
using WeekHours = std::array<std::vector<DaySpan>, 7>;

/// Nobody works on `date`, or in that part of it.
struct Holiday {
    std::chrono::sys_days date;
    DaySpan closed{0, 1440};
    std::string name;
    bool operator==(const Holiday&) const = default;
};

struct Calendar {
    std::string id;
    std::string name;
    std::string timezone = "UTC";  ///< of the tz database
    WeekHours hours;
    std::vector<Holiday> holidays;
    std::int64_t version = 1;
    bool operator==(const Calendar&) const = default;
};
void write_json(sio::json::Writer& w, const Calendar& calendar);

inline constexpr std::size_t kMaxSpansOfDay = 24;
inline constexpr std::size_t kMaxHolidays = 1'000;

/// `{"mon": [["09:00","12:00"], ...], ...}`; a day that is not named is free. Errors: InvalidPayload {field: hours}: spans that are no
/// times, that end before they begin or meet each other, and a week without any.
Result<WeekHours> read_hours(sio::json::Value value);
void write_hours(sio::json::Writer& w, const WeekHours& hours);

/// `[{"date": "2026-12-24", "from": "12:00", "to": "24:00", "name": "Christmas Eve"}]`; without from and to the whole day.
/// Errors: InvalidPayload {field: holidays}.
Result<std::vector<Holiday>> read_holidays(sio::json::Value value);
void write_holidays(sio::json::Writer& w, const std::vector<Holiday>& holidays);

}  // namespace desk
