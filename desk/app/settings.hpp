#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "desk/app/config.hpp"

namespace desk::app {

/// One row of the table that flags, environment, file, default-config, check-config and docs/configuration.md are made from.
/// A setting `jwt_secret` is `jwt_secret = "…"` in the file, INSIGHTDESK_JWT_SECRET, and --jwt-secret.
struct Setting {
    std::string_view name;
    std::string_view value_name;  ///< "PORT"; empty for a switch, whose flag needs no value
    std::string_view help;
    std::expected<void, std::string> (*parse)(Config&, std::string_view text);
    std::string (*show)(const Config&);  ///< what `parse` reads back
    bool secret = false;                 ///< never shown, logged or put into a message

    bool is_switch() const { return value_name.empty(); }
    std::string flag() const;
    std::string variable() const;
};

/// Settings that belong together, in the order of the documentation.
struct SettingGroup {
    std::string_view title;
    std::span<const Setting> settings;
};

/// `limits` comes before the settings that change single limits, so it may be parsed first.
std::span<const SettingGroup> setting_groups();

/// nullptr when there is none.
const Setting* find_setting(std::string_view name);
const Setting* find_setting_by_variable(std::string_view variable);

/// The setting's name that is closest to a misspelt one, for "did you mean"; empty when none is near.
std::string_view nearest_setting(std::string_view name);

}  // namespace desk::app
