#pragma once

#include <algorithm>
#include <array>

#include "desk/app/config_text.hpp"
#include "desk/app/settings.hpp"

/// What the rows of settings_table.cpp are made of; nobody else includes this.
namespace desk::app::setting_row {

namespace text = config_text;

template <class E>
struct Word {
    std::string_view name;
    E value;
};

constexpr std::array<Word<sio::LogLevel>, 4> kLevels{
    {{"debug", sio::LogLevel::Debug}, {"info", sio::LogLevel::Info}, {"warn", sio::LogLevel::Warn}, {"error", sio::LogLevel::Error}}};
constexpr std::array<Word<AdminUi>, 3> kAdminUis{
    {{"off", AdminUi::Off}, {"production", AdminUi::Production}, {"development", AdminUi::Development}}};
constexpr std::array<Word<LogFormat>, 3> kFormats{{{"auto", LogFormat::Auto}, {"json", LogFormat::Json}, {"human", LogFormat::Human}}};

template <auto& Words>
auto word(std::string_view value) -> text::Parsed<decltype(Words.front().value)> {
    std::string names;
    for (const auto& [name, meaning] : Words) {
        if (name == value) return meaning;
        names += names.empty() ? "is none of " : ", ";
        names += name;
    }
    return std::unexpected(names);
}

inline std::string shown(const std::string& value) { return value; }
inline std::string shown(const std::vector<std::string>& value) { return text::show(value); }
inline std::string shown(std::chrono::milliseconds value) { return text::show(value); }
inline std::string shown(const RateLimit& value) { return text::show(value); }
inline std::string shown(bool value) { return value ? "true" : "false"; }
inline std::string shown(std::uint16_t value) { return std::to_string(value); }
inline std::string shown(std::uint32_t value) { return std::to_string(value); }

inline std::string shown(sio::LogLevel value) { return std::string(std::ranges::find(kLevels, value, &Word<sio::LogLevel>::value)->name); }
inline std::string shown(AdminUi value) { return std::string(std::ranges::find(kAdminUis, value, &Word<AdminUi>::value)->name); }
inline std::string shown(LogFormat value) { return std::string(std::ranges::find(kFormats, value, &Word<LogFormat>::value)->name); }

/// A row whose value lies where `Access` says and is read by `Parse`.
template <auto Access, auto Parse>
constexpr Setting row(std::string_view name, std::string_view value_name, std::string_view help, bool secret = false) {
    return {name,
            value_name,
            help,
            [](Config& config, std::string_view value) -> std::expected<void, std::string> {
                auto parsed = Parse(value);
                if (!parsed) return std::unexpected(std::move(parsed.error()));
                auto& field = Access(config);
                field = static_cast<std::remove_reference_t<decltype(field)>>(*std::move(parsed));
                return {};
            },
            [](const Config& config) { return shown(Access(config)); },
            secret};
}

template <auto Member>
constexpr auto kField = [](auto& config) -> auto& { return config.*Member; };

template <auto Member>
constexpr auto kLimit = [](auto& config) -> auto& { return config.limits.*Member; };

template <auto Member>
constexpr auto kMessage = [](auto& config) -> auto& { return config.limits.message.*Member; };

inline text::Parsed<std::string> any_text(std::string_view value) {
    if (value.find('\0') != std::string_view::npos) return std::unexpected("holds a NUL character");
    return std::string(value);
}

template <std::uint32_t Least, std::uint32_t Most>
text::Parsed<std::uint32_t> whole(std::string_view value) {
    return text::integer(value, Least, Most);
}

template <std::int64_t LeastMs, std::int64_t MostMs>
text::Parsed<std::chrono::milliseconds> between(std::string_view value) {
    auto parsed = text::duration(value);
    const std::chrono::milliseconds least(LeastMs);
    const std::chrono::milliseconds most(MostMs);
    if (parsed && (*parsed < least || *parsed > most)) {
        return std::unexpected("is not between " + text::show(least) + " and " + text::show(most));
    }
    return parsed;
}

}  // namespace desk::app::setting_row
