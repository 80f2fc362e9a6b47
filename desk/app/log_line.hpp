#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "desk/app/redact.hpp"
#include "sio/base/log.hpp"

/// How a log line looks. A line is always one line of valid UTF-8, whatever its values hold.  Thread: any.
namespace desk::app::log_line {

/// `{"time":"2026-11-23T06:43:45.123Z","level":"info","message":"…",…fields}`.
std::string json(sio::LogLevel level, std::string_view message, sio::Log::Fields fields, std::int64_t unix_ms, const Redactor& redactor);

/// `message  key=value key="two words"`, without time and level.
std::string human(std::string_view message, sio::Log::Fields fields, const Redactor& redactor);

}  // namespace desk::app::log_line
