#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace sio {

enum class LogLevel : std::uint8_t { Debug, Info, Warn, Error };

/// One named value of a log line. Borrows its strings for the call.
struct LogField {
    using Value = std::variant<std::string_view, std::int64_t, double, bool>;

    LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
    LogField(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
    LogField(std::string_view name, bool flag) : key(name), value(flag) {}
    LogField(std::string_view name, std::floating_point auto number) : key(name), value(static_cast<double>(number)) {}
    LogField(std::string_view name, std::integral auto number) : key(name), value(static_cast<std::int64_t>(number)) {}

    std::string_view key;
    Value value;
};

/// Where a layer without a logging library writes. `message` is a fixed sentence, what varies goes into fields, so that lines can be
/// counted and searched. Whether a line is kept, and how it looks, is the implementation's. Writing never blocks on I/O and never throws.
/// Thread: any.
class Log {
public:
    using Fields = std::initializer_list<LogField>;

    virtual ~Log() = default;
    /// For callers whose fields cost something to make.
    virtual bool enabled(LogLevel level) const noexcept = 0;
    virtual void write(LogLevel level, std::string_view message, Fields fields) noexcept = 0;

    void debug(std::string_view message, Fields fields = {}) noexcept { write(LogLevel::Debug, message, fields); }
    void info(std::string_view message, Fields fields = {}) noexcept { write(LogLevel::Info, message, fields); }
    void warn(std::string_view message, Fields fields = {}) noexcept { write(LogLevel::Warn, message, fields); }
    void error(std::string_view message, Fields fields = {}) noexcept { write(LogLevel::Error, message, fields); }
};

/// Keeps nothing: for tests and programs that do not log.
class NullLog final : public Log {
public:
    bool enabled(LogLevel) const noexcept override { return false; }
    void write(LogLevel, std::string_view, Fields) noexcept override {}
};

}  // namespace sio
