#include "desk/model/error.hpp"

#include <array>

#include "sio/base/json_writer.hpp"

namespace desk {
namespace {

constexpr std::array<ErrorInfo, kErrorCodes> kTable{{
    {"AUTH_TOKEN_EXPIRED", "The token has expired", 401, false},
    {"AUTH_TOKEN_INVALID", "The token is not valid", 401, false},
    {"FORBIDDEN", "No access", 403, false},
    {"RATE_LIMITED", "Too many messages, slow down", 429, true},
    {"ROOM_NOT_FOUND", "No such ticket, conversation or record", 404, false},
    {"PAYLOAD_TOO_LARGE", "The message is too big", 413, false},
    {"INVALID_PAYLOAD", "The payload is not what this event or endpoint takes", 400, false},
    {"CONVERSATION_ENDED", "The conversation has ended", 409, false},
    {"CURSOR_EXPIRED", "The position is no longer in the log, reload", 410, false},
    {"CONFLICT", "The record was changed meanwhile", 409, false},
    {"UNAVAILABLE", "The service cannot do this at the moment", 503, true},
    {"INTERNAL", "Something went wrong here", 500, true},
}};

std::string& open_member(Error& error, std::string_view name) {
    if (!error.details_json.empty()) error.details_json += ',';
    error.details_json += sio::json::text(name).view();
    return error.details_json += ':';
}

}  // namespace

const ErrorInfo& info(ErrorCode code) { return kTable[static_cast<std::size_t>(code)]; }

std::optional<ErrorCode> error_code_from(std::string_view code) {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        if (kTable[i].code == code) return static_cast<ErrorCode>(i);
    }
    return std::nullopt;
}

Error&& Error::with(std::string_view name, std::string_view text) && {
    open_member(*this, name) += sio::json::text(text).view();
    return std::move(*this);
}

Error&& Error::with(std::string_view name, std::int64_t number) && {
    open_member(*this, name) += std::to_string(number);
    return std::move(*this);
}

std::string to_socket_error(const Error& error) {
    const ErrorInfo& known = info(error.code);
    std::string out = R"({"code":")";
    out.append(known.code).append(R"(","message":")").append(known.message).append("\"");
    if (!error.details_json.empty()) out.append(R"(,"details":{)").append(error.details_json).append("}");
    return out += '}';
}

}  // namespace desk
