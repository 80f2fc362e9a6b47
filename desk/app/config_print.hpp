#pragma once

#include <string>

#include "desk/app/config.hpp"

/// The settings written out, each from the table in settings_table.cpp.
namespace desk::app {

/// A TOML file with every setting, explained, its default behind `#`: uncommenting any line changes nothing.
std::string default_config();

/// What is in force, as TOML, with each value's source; secrets as `"********"`.
std::string effective_config(const Config& config, const RawConfig& raw);

/// docs/configuration.md.
std::string configuration_page();

}  // namespace desk::app
