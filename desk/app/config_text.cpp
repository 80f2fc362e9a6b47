#include "desk/app/config_text.hpp"

#include <algorithm>
#include <array>

#include "desk/app/trusted_proxies.hpp"
#include "desk/store/postgres.hpp"
#include "sio/base/bytes.hpp"
#include "sio/cluster/valkey/options.hpp"

namespace desk::app::config_text {
namespace {

using std::chrono::milliseconds;

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

// From the smallest up.
constexpr std::array<Unit, 5> kTimeUnits{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 3> kByteUnits{{{"", 1}, {"KiB", 1024}, {"MiB", 1024 * 1024}}};

std::unexpected<std::string> wrong(std::string reason) { return std::unexpected(std::move(reason)); }

std::size_t digits_in(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, sio::is_digit) - text.begin());
}

/// A whole number and a unit; nullopt when it is anything else or past `most`.
template <std::size_t N>
std::optional<std::int64_t> quantity(std::string_view text, const std::array<Unit, N>& units, std::int64_t most) {
    const auto split = digits_in(text);
    const auto count = sio::parse_decimal(text.substr(0, split));
    const auto unit = std::ranges::find(units, text.substr(split), &Unit::name);
    if (!count || unit == units.end() || *count > static_cast<std::uint64_t>(most / unit->factor)) return std::nullopt;
    return static_cast<std::int64_t>(*count) * unit->factor;
}

/// In the largest unit that divides it.
template <std::size_t N>
std::string spell(std::int64_t value, const std::array<Unit, N>& units) {
    auto best = units.front();
    for (const auto& unit : units) {
        if (value != 0 && value % unit.factor == 0) best = unit;
    }
    return std::to_string(value / best.factor) + std::string(best.name);
}

}  // namespace

Parsed<milliseconds> duration(std::string_view text) {
    constexpr std::int64_t kTenYears = std::int64_t{3653} * 86'400'000;
    const auto value = quantity(text, kTimeUnits, kTenYears);
    if (!value) return wrong("is not a duration such as 500ms, 30s, 5m, 12h or 7d");
    return milliseconds(*value);
}

std::string show(milliseconds value) { return value.count() == 0 ? "0s" : spell(value.count(), kTimeUnits); }

Parsed<RateLimit> rate(std::string_view text) {
    const auto error = wrong("is not a rate and a burst such as 5/s,20 or 1/10s,12");
    const auto slash = text.find('/');
    const auto comma = text.find(',');
    if (slash == std::string_view::npos || comma == std::string_view::npos || comma < slash) return error;
    const auto count = integer(sio::trim(text.substr(0, slash)), 1, 1'000'000'000);
    std::string period(sio::trim(text.substr(slash + 1, comma - slash - 1)));
    if (!period.empty() && !sio::is_digit(period.front())) period.insert(period.begin(), '1');
    const auto time = duration(period);
    const auto burst = integer(sio::trim(text.substr(comma + 1)), 1, 1'000'000'000);
    if (!count || !time || time->count() == 0 || !burst) return error;
    return RateLimit{*count, *time, *burst};
}

std::string show(const RateLimit& value) {
    auto period = show(value.period);
    if (period.size() == 2 && period.front() == '1') period.erase(0, 1);  // 1s: s
    return std::to_string(value.count) + "/" + period + "," + std::to_string(value.burst);
}

Parsed<bool> boolean(std::string_view text) {
    const auto lower = sio::to_lower(text);
    for (const std::string_view yes : {"true", "1", "yes", "on"}) {
        if (lower == yes) return true;
    }
    for (const std::string_view no : {"false", "0", "no", "off"}) {
        if (lower == no) return false;
    }
    return wrong("is not true or false");
}

Parsed<std::uint32_t> integer(std::string_view text, std::uint32_t least, std::uint32_t most) {
    const auto value = sio::parse_decimal(text);
    if (!value || *value < least || *value > most) {
        return wrong("is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return static_cast<std::uint32_t>(*value);
}

Parsed<std::uint32_t> bytes(std::string_view text) {
    const auto value = quantity(text, kByteUnits, std::int64_t{1} << 30);
    if (!value || *value == 0) return wrong("is not a size such as 65536, 64KiB or 1MiB, up to 1024MiB");
    return static_cast<std::uint32_t>(*value);
}

std::string show_bytes(std::uint32_t value) { return spell(value, kByteUnits); }

std::vector<std::string> list(std::string_view text) {
    std::vector<std::string> items;
    if (sio::trim(text).empty()) return items;
    for (;;) {
        const auto comma = text.find(',');
        items.emplace_back(sio::trim(text.substr(0, comma)));
        if (comma == std::string_view::npos) return items;
        text.remove_prefix(comma + 1);
    }
}

std::string show(const std::vector<std::string>& value) {
    std::string text;
    for (const auto& item : value) {
        if (!text.empty()) text += ',';
        text += item;
    }
    return text;
}

Parsed<std::vector<std::string>> hosts(std::string_view text) {
    std::vector<std::string> result;
    const auto add = [&](const std::string& host) {
        if (std::ranges::find(result, host) == result.end()) result.push_back(host);
    };
    for (const auto& item : list(text)) {
        if (item == "localhost") {
            add("127.0.0.1");
            add("::1");
        } else if (item == "*") {
            add("0.0.0.0");
            add("::");
        } else if (sio::runtime::Address::parse(item)) {
            add(item);
        } else {
            return wrong("is not a list of addresses such as 127.0.0.1,::1 (or localhost, or * for all)");
        }
    }
    if (result.empty()) return wrong("names no address to listen on");
    return result;
}

Parsed<std::vector<std::string>> address_ranges(std::string_view text) {
    auto items = list(text);
    for (const auto& item : items) {
        if (!AddressRange::parse(item)) return wrong("is not a list of addresses and prefixes such as 10.0.0.0/8,::1");
    }
    return items;
}

Parsed<std::vector<std::string>> origins(std::string_view text) {
    const auto well_formed = [](std::string_view origin) {
        for (const std::string_view scheme : {"http://", "https://"}) {
            if (!origin.starts_with(scheme)) continue;
            const auto rest = origin.substr(scheme.size());
            return !rest.empty() && rest.find_first_of("/?#@* \t\"\\") == std::string_view::npos;
        }
        return false;
    };
    auto items = list(text);
    for (const auto& item : items) {
        if (item == "*" && items.size() == 1) continue;
        if (!well_formed(item)) return wrong("is not a list of origins such as https://desk.example.com (no path), nor * alone");
    }
    return items;
}

Parsed<std::string> url(std::string_view text) {
    if (text.empty()) return std::string();
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto host = text.substr(scheme.size(), text.find_first_of("/?#", scheme.size()) - scheme.size());
        if (host.contains('@')) return wrong("holds a user name, which would be shown: key sets are public");
        const bool plain = std::ranges::all_of(text,
                                               [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>'; });
        if (!host.empty() && plain) return std::string(text);
    }
    return wrong("is no URL such as https://id.example.com/.well-known/jwks.json");
}

Parsed<std::string> store(std::string_view text) {
    constexpr std::string_view kScheme = "sqlite:";
    const bool file = text.starts_with(kScheme) && text.size() > kScheme.size();
    if ((!file && !store::is_postgres_url(text)) || text.find('\0') != std::string_view::npos) {
        return wrong("is not a store such as sqlite:/var/lib/insightdesk/desk.db or postgres://user@host/database");
    }
    return std::string(text);
}

Parsed<std::string> valkey(std::string_view text) {
    if (text.empty()) return std::string();
    const auto parsed = sio::cluster::ValkeyOptions::parse(text);
    if (!parsed) return wrong("is no address of Valkey (" + parsed.error().detail + ")");
    return std::string(text);
}

}  // namespace desk::app::config_text
