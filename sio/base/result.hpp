#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace sio {

/// What went wrong, for code to act on. Closed: every value is handled where errors become answers.
enum class ErrorCode : std::uint8_t {
    BadRequest,    ///< malformed HTTP, header or query
    BadPacket,     ///< malformed Engine.IO or Socket.IO packet
    BadJson,       ///< not JSON, too deep, or not of the wanted shape
    BadUtf8,       ///< text that is not UTF-8
    BadFrame,      ///< breaks RFC 6455 or RFC 7692
    TooLarge,      ///< over a configured bound
    Timeout,       ///< no answer in time
    Closed,        ///< the peer or this side is gone
    Tls,           ///< handshake, certificate or key
    System,        ///< the operating system said no; detail has errno's text
    InvalidState,  ///< legal elsewhere, not now
};

std::string_view to_string(ErrorCode code);

/// `detail` is for the log, never for a peer.
struct Error {
    ErrorCode code;
    std::string detail;
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string detail = {}) {
    return std::unexpected(Error{code, std::move(detail)});
}

}  // namespace sio
