#include "sio/base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "sio/base/bytes.hpp"

namespace sio {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::sys_time;

constexpr std::int64_t kMsPerDay = 86'400'000;
constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // 0000-01-01
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999

template <class Unit>
std::int64_t now() {
    return std::chrono::duration_cast<Unit>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Reads fixed-width numbers and single characters from the front.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    std::optional<int> number(std::size_t width) {
        if (rest_.size() < width) return std::nullopt;
        int value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            if (!is_digit(rest_[i])) return std::nullopt;
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(width);
        return value;
    }

    bool skip(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// `.123456`: milliseconds, at least one digit.
    std::optional<int> fraction_ms() {
        int value = 0;
        int scale = 100;
        std::size_t digits = 0;
        for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1), ++digits) {
            value += (rest_.front() - '0') * scale;
            scale /= 10;
        }
        return digits == 0 ? std::nullopt : std::optional(value);
    }

    bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

std::optional<std::int64_t> read_date_ms(Reader& reader) {
    const auto year = reader.number(4);
    if (!year || !reader.skip('-')) return std::nullopt;
    const auto month = reader.number(2);
    if (!month || !reader.skip('-')) return std::nullopt;
    const auto day = reader.number(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date).time_since_epoch().count() * kMsPerDay;
}

std::optional<std::int64_t> read_time_ms(Reader& reader) {
    const auto hour = reader.number(2);
    if (!hour || *hour > 23 || !reader.skip(':')) return std::nullopt;
    const auto minute = reader.number(2);
    if (!minute || *minute > 59) return std::nullopt;
    int second = 0;
    int ms = 0;
    if (reader.skip(':')) {
        const auto seconds = reader.number(2);
        if (!seconds || *seconds > 59) return std::nullopt;
        second = *seconds;
        if (reader.skip('.')) {
            const auto fraction = reader.fraction_ms();
            if (!fraction) return std::nullopt;
            ms = *fraction;
        }
    }
    return ((std::int64_t{*hour} * 60 + *minute) * 60 + second) * 1000 + ms;
}

std::optional<std::int64_t> read_zone_ms(Reader& reader) {
    if (reader.skip('Z')) return 0;
    const bool east = reader.skip('+');
    if (!east && !reader.skip('-')) return std::nullopt;
    const auto hour = reader.number(2);
    if (!hour || *hour > 23 || !reader.skip(':')) return std::nullopt;
    const auto minute = reader.number(2);
    if (!minute || *minute > 59) return std::nullopt;
    const std::int64_t offset = (std::int64_t{*hour} * 60 + *minute) * 60'000;
    return east ? offset : -offset;
}

std::optional<std::int64_t> read(std::string_view text) {
    Reader reader(text);
    const auto date = read_date_ms(reader);
    if (!date || reader.at_end()) return date;
    if (!reader.skip('T')) return std::nullopt;
    const auto time = read_time_ms(reader);
    if (!time) return std::nullopt;
    const auto zone = read_zone_ms(reader);
    if (!zone || !reader.at_end()) return std::nullopt;
    return *date + *time - *zone;
}

void put(char* to, std::int64_t number, int width) {
    for (int i = width - 1; i >= 0; --i, number /= 10) to[i] = static_cast<char>('0' + number % 10);
}

}  // namespace

std::int64_t unix_ms() { return now<std::chrono::milliseconds>(); }
std::int64_t unix_us() { return now<std::chrono::microseconds>(); }

std::string format_iso8601(std::int64_t unix_ms) {
    const sys_time<std::chrono::milliseconds> instant{std::chrono::milliseconds(std::clamp(unix_ms, kFirstMs, kLastMs))};
    const auto day = std::chrono::floor<days>(instant);
    const std::chrono::year_month_day date(day);
    const std::int64_t in_day = (instant - day).count();
    std::string text = "0000-00-00T00:00:00.000Z";
    put(&text[0], int{date.year()}, 4);
    put(&text[5], unsigned{date.month()}, 2);
    put(&text[8], unsigned{date.day()}, 2);
    put(&text[11], in_day / 3'600'000, 2);
    put(&text[14], in_day / 60'000 % 60, 2);
    put(&text[17], in_day / 1000 % 60, 2);
    put(&text[20], in_day % 1000, 3);
    return text;
}

Result<std::int64_t> parse_iso8601(std::string_view text) {
    const auto ms = read(text);
    if (!ms) return fail(ErrorCode::BadRequest, "not an ISO 8601 time");
    return *ms;
}

}  // namespace sio
