#pragma once

#include <cstdint>
#include <optional>

#include "desk/model/error.hpp"
#include "sio/http/message.hpp"

namespace desk::rest {

/// The version in `If-Match: "7"`, quotes optional; none for `*` or without the header. Errors: InvalidPayload.
Result<std::optional<std::int64_t>> if_match(const sio::http::Request& request);

}  // namespace desk::rest
