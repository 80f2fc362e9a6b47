#include "desk/app/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include "desk/app/log_line.hpp"
#include "desk/app/settings.hpp"
#include "desk/store/postgres.hpp"
#include "sio/base/clock.hpp"

namespace desk::app {
namespace {

constexpr std::size_t kWaitingLines = 8192;

spdlog::level::level_enum to_spdlog(sio::LogLevel level) {
    switch (level) {
        case sio::LogLevel::Debug: return spdlog::level::debug;
        case sio::LogLevel::Info: return spdlog::level::info;
        case sio::LogLevel::Warn: return spdlog::level::warn;
        case sio::LogLevel::Error: return spdlog::level::err;
    }
    return spdlog::level::err;
}

bool wants_json(const LogOptions& options) {
    if (options.format == LogFormat::Auto) return ::isatty(::fileno(options.target)) == 0;
    return options.format == LogFormat::Json;
}

spdlog::sink_ptr make_sink(std::FILE* target, bool json) {
    if (json) {
        auto sink = std::make_shared<spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>>(target);
        sink->set_pattern("%v");
        return sink;
    }
    auto sink = std::make_shared<spdlog::sinks::ansicolor_sink<spdlog::details::console_mutex>>(target, spdlog::color_mode::automatic);
    sink->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
    return sink;
}

class SpdLog final : public sio::Log {
public:
    explicit SpdLog(LogOptions options)
        : json_(wants_json(options)),
          level_(options.level),
          redactor_(std::move(options.secrets)),
          pool_(std::make_shared<spdlog::details::thread_pool>(kWaitingLines, 1)),
          logger_(std::make_shared<spdlog::async_logger>("insightdesk", make_sink(options.target, json_), pool_,
                                                         spdlog::async_overflow_policy::overrun_oldest)) {
        logger_->set_level(to_spdlog(options.level));
    }

    bool enabled(sio::LogLevel level) const noexcept override { return level >= level_; }

    void write(sio::LogLevel level, std::string_view message, Fields fields) noexcept override {
        if (!enabled(level)) return;
        try {
            const auto line = json_ ? log_line::json(level, message, fields, sio::unix_ms(), redactor_)
                                    : log_line::human(message, fields, redactor_);
            logger_->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
        } catch (...) {  // NOLINT(bugprone-empty-catch): a line that cannot be made is lost; there is nowhere to say so
        }
    }

private:
    bool json_;
    sio::LogLevel level_;
    Redactor redactor_;
    std::shared_ptr<spdlog::details::thread_pool> pool_;
    std::shared_ptr<spdlog::async_logger> logger_;
};

}  // namespace

std::unique_ptr<sio::Log> make_log(LogOptions options) { return std::make_unique<SpdLog>(std::move(options)); }

LogOptions log_options(const Config& config) {
    LogOptions options{config.log_level, config.log_format, {}, stderr};
    for (const auto& group : setting_groups()) {
        for (const auto& setting : group.settings) {
            if (setting.secret) options.secrets.push_back(setting.show(config));
            for (auto& secret : store::secrets_in_postgres_url(setting.show(config))) options.secrets.push_back(std::move(secret));
        }
    }
    return options;
}

}  // namespace desk::app
