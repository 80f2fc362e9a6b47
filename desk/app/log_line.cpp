#include "desk/app/log_line.hpp"

#include <algorithm>

#include "sio/base/bytes.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/base/utf8.hpp"

namespace desk::app::log_line {
namespace {

std::string_view name(sio::LogLevel level) {
    switch (level) {
        case sio::LogLevel::Debug: return "debug";
        case sio::LogLevel::Info: return "info";
        case sio::LogLevel::Warn: return "warn";
        case sio::LogLevel::Error: return "error";
    }
    return "";
}

std::string clean(std::string_view text, const Redactor& redactor) { return sio::utf8::repair(redactor.redact(text)); }

std::string field_text(const sio::LogField& field, std::string_view text, const Redactor& redactor) {
    return Redactor::secret_name(field.key) ? std::string(kRedacted) : clean(text, redactor);
}

/// Control characters, which could forge lines or drive the terminal, as \xNN.
std::string visible(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            out.append("\\x").append(sio::hex({&c, 1}));
        } else {
            out += c;
        }
    }
    return out;
}

std::string quoted_if_needed(const std::string& text) {
    if (!text.empty() && text.find_first_of(" \"=") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

}  // namespace

std::string json(sio::LogLevel level, std::string_view message, sio::Log::Fields fields, std::int64_t unix_ms, const Redactor& redactor) {
    std::string line;
    sio::json::Writer writer(line);
    writer.begin_object()
        .field("time", sio::format_iso8601(unix_ms))
        .field("level", name(level))
        .field("message", clean(message, redactor));
    for (const auto& field : fields) {
        writer.key(field.key);
        std::visit(
            [&](auto value) {
                if constexpr (std::is_same_v<decltype(value), std::string_view>) {
                    writer.value(field_text(field, value, redactor));
                } else {
                    writer.value(value);
                }
            },
            field.value);
    }
    writer.end_object();
    return line;
}

std::string human(std::string_view message, sio::Log::Fields fields, const Redactor& redactor) {
    std::string line = visible(clean(message, redactor));
    for (const auto& field : fields) {
        line.append(&field == fields.begin() ? "  " : " ").append(field.key).append("=");
        std::visit(
            [&](auto value) {
                if constexpr (std::is_same_v<decltype(value), std::string_view>) {
                    line += quoted_if_needed(visible(field_text(field, value, redactor)));
                } else {
                    line += sio::json::text(value).view();
                }
            },
            field.value);
    }
    return line;
}

}  // namespace desk::app::log_line
