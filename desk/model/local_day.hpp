#pragma once

#include <cstdint>
#include <string_view>

namespace desk {

/// A civil day of a time zone, microseconds since 1970 UTC. A midnight that a clock skips is the first moment after it; of one that
/// comes twice the first counts.
struct LocalDay {
    std::int64_t begin_us = 0;
    std::int64_t end_us = 0;
    bool operator==(const LocalDay&) const = default;
};

/// The day that `now_us` is in. A zone that this machine does not know counts as UTC.  Thread: any.
LocalDay local_day(std::string_view timezone, std::int64_t now_us);

}  // namespace desk
