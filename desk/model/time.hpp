#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sio/base/clock.hpp"

namespace desk {

/// Stored times are microseconds since 1970 UTC; on the wire they are ISO 8601 with milliseconds.
inline std::string iso(std::int64_t time_us) { return sio::format_iso8601(time_us / 1000); }

inline std::optional<std::string> iso(std::optional<std::int64_t> time_us) { return time_us ? std::optional(iso(*time_us)) : std::nullopt; }

}  // namespace desk
