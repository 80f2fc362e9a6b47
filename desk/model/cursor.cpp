#include "desk/model/cursor.hpp"

#include <limits>

#include "desk/model/ids.hpp"
#include "sio/base/bytes.hpp"

namespace desk {

std::string to_string(const Cursor& cursor) { return cursor.epoch + '.' + std::to_string(cursor.seq); }

Result<Cursor> parse_cursor(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || !is_valid_id(text.substr(0, dot))) return invalid("since", "MALFORMED_CURSOR");
    const auto seq = sio::parse_decimal(text.substr(dot + 1));
    if (!seq || *seq > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return invalid("since", "MALFORMED_CURSOR");
    return Cursor{std::string(text.substr(0, dot)), static_cast<std::int64_t>(*seq)};
}

}  // namespace desk
