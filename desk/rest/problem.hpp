#pragma once

#include "desk/model/error.hpp"
#include "sio/http/message.hpp"

namespace desk::rest {

inline constexpr const char* kProblemType = "application/problem+json";

/// `error` as application/problem+json (RFC 9457) with the members of a SocketError.
sio::http::Response problem(const Error& error);
/// The same with a status of its own.
sio::http::Response problem_with(int status, const Error& error);

}  // namespace desk::rest
