#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "desk/app/config.hpp"
#include "sio/base/log.hpp"

namespace desk::app {

struct LogOptions {
    sio::LogLevel level = sio::LogLevel::Info;
    LogFormat format = LogFormat::Auto;
    std::vector<std::string> secrets;  ///< what must never stand in a line, whoever logs it
    std::FILE* target = stderr;        ///< outlives the log
};

/// The server's log, by spdlog: lines are made by the caller's thread and written by one of its own, so that a full pipe never holds up a
/// loop; of more than 8,192 waiting lines the oldest are dropped. The destructor writes what is left.
std::unique_ptr<sio::Log> make_log(LogOptions options);

/// Level, format and secrets of a configuration.
LogOptions log_options(const Config& config);

}  // namespace desk::app
