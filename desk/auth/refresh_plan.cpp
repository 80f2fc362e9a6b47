#include "desk/auth/refresh_plan.hpp"

#include <algorithm>
#include <charconv>

#include "sio/base/bytes.hpp"

namespace desk::auth {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::chrono::seconds> seconds_in(std::string_view text) {
    constexpr std::int64_t kLongest = 1LL << 31;  // RFC 9111 section 1.2.2: larger ones count as this
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    std::int64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (read.ptr != end || text.empty() || text.front() == '-') return std::nullopt;
    if (read.ec == std::errc::result_out_of_range) value = kLongest;
    return std::chrono::seconds(std::min(value, kLongest));
}

}  // namespace

bool RefreshPlan::ask(Time now) {
    if (asked_ && now - *asked_ < kBetweenAsked) return false;
    asked_ = now;
    return true;
}

void RefreshPlan::succeeded(Time now, std::optional<std::chrono::seconds> max_age) {
    retry_ = kFirstRetry;
    auto wait = period_;
    if (max_age && *max_age < period_) wait = std::min<std::chrono::milliseconds>(period_, std::max(*max_age, kShortestMaxAge));
    due_ = now + wait;
}

void RefreshPlan::failed(Time now) {
    due_ = now + std::min(retry_, std::max<std::chrono::milliseconds>(period_, kFirstRetry));
    retry_ = std::min<std::chrono::milliseconds>(retry_ * 2, kLongestRetry);
}

std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
    std::optional<std::chrono::seconds> age;
    while (!cache_control.empty()) {
        const auto comma = cache_control.find(',');
        const auto directive = trimmed(cache_control.substr(0, comma));
        cache_control = comma == std::string_view::npos ? std::string_view{} : cache_control.substr(comma + 1);
        const auto equals = directive.find('=');
        const auto name = trimmed(directive.substr(0, equals));
        if (sio::iequals(name, "no-store") || sio::iequals(name, "no-cache")) return std::chrono::seconds(0);
        if (!age && equals != std::string_view::npos && sio::iequals(name, "max-age"))
            age = seconds_in(trimmed(directive.substr(equals + 1)));
    }
    return age;
}

}  // namespace desk::auth
