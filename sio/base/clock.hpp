#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sio/base/result.hpp"

/// Wall-clock time as counts since 1970-01-01T00:00:00Z, without leap seconds.  Thread: any.
namespace sio {

std::int64_t unix_ms();
std::int64_t unix_us();

/// `2026-01-31T09:05:00.123Z`, what JavaScript's toISOString gives. Years 0000 to 9999; other times are cut to that range.
std::string format_iso8601(std::int64_t unix_ms);

/// `YYYY-MM-DD`, or `YYYY-MM-DDThh:mm[:ss[.fraction]]` followed by `Z` or `+hh:mm` / `-hh:mm`; digits past the millisecond are dropped.
/// A date alone is its midnight UTC; a time without a zone is refused, for it names no instant. Errors: BadRequest.
Result<std::int64_t> parse_iso8601(std::string_view text);

}  // namespace sio
