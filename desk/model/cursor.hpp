#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "desk/model/error.hpp"

namespace desk {

/// A position in an org's log, on the wire `<epoch>.<seq>`. The epoch is random for each org and changes when the log is rebuilt, so that
/// a position from before is refused, never misread.
struct Cursor {
    std::string epoch;
    std::int64_t seq = 0;
    bool operator==(const Cursor&) const = default;
};

std::string to_string(const Cursor& cursor);

/// Errors: InvalidPayload. Whether the epoch is the org's own is for the log to say.
Result<Cursor> parse_cursor(std::string_view text);

}  // namespace desk
