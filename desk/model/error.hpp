#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace desk {

/// Every way a request can fail, the same at all doors: Socket.IO `error`, ack, `connect_error`, HTTP. Closed.
enum class ErrorCode : std::uint8_t {
    AuthTokenExpired,
    AuthTokenInvalid,
    Forbidden,
    RateLimited,
    RoomNotFound,  ///< also: of another org, so that nobody learns what exists there
    PayloadTooLarge,
    InvalidPayload,
    ConversationEnded,
    CursorExpired,
    Conflict,
    Unavailable,
    Internal,
};

inline constexpr std::size_t kErrorCodes = 12;

struct ErrorInfo {
    std::string_view code;     ///< on the wire: "ROOM_NOT_FOUND"
    std::string_view message;  ///< for people
    int http_status;
    bool temporary;  ///< the same request may succeed later
};

/// The one table from code to texts and HTTP status.
const ErrorInfo& info(ErrorCode code);

inline std::string_view to_string(ErrorCode code) { return info(code).code; }

std::optional<ErrorCode> error_code_from(std::string_view code);

/// A refusal, ready to be shown. `detail` goes to the log only. `details_json` is empty or the members of SocketError.details without
/// their braces, e.g. `"reason":"UNKNOWN_OUTCOME"`.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string detail;
    std::string details_json;

    /// Adds one member to details; `text` may be any valid UTF-8.
    Error&& with(std::string_view name, std::string_view text) &&;
    Error&& with(std::string_view name, std::int64_t number) &&;
    Error&& because(std::string_view reason) && { return std::move(*this).with("reason", reason); }
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
    return std::unexpected(Error{code, std::move(detail), {}});
}
[[nodiscard]] inline std::unexpected<Error> fail(Error&& error) { return std::unexpected(std::move(error)); }

/// What If-Match asks (RFC 9110 section 13.1.1), when it was there. Errors: Conflict {version, reason: VERSION}.
inline Result<void> must_match(const std::optional<std::int64_t>& wanted, std::int64_t version) {
    if (!wanted || *wanted == version) return {};
    return fail(Error{ErrorCode::Conflict}.with("version", version).because("VERSION"));
}
[[nodiscard]] inline std::unexpected<Error> invalid(std::string_view field, std::string_view reason) {
    return std::unexpected(Error{ErrorCode::InvalidPayload, {}, {}}.with("field", field).because(reason));
}

/// `{"code","message"[,"details"]}`: SocketError of domain.md section 2.
std::string to_socket_error(const Error& error);

}  // namespace desk
