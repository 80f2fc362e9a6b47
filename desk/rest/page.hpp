#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace desk::rest {

/// How many rows a page looks at. One that meets this many which its reader may not see ends early, with a cursor that goes on behind
/// them, so that no request holds a reader of the store for long.
inline constexpr std::int64_t kMostLooked = 2'000;
inline constexpr std::int64_t kRowBatch = 200;

/// Fills a page with the rows that may be seen. `fetch(after, limit)`: rows behind the cursor of `after`, null at the start;
/// `show(row)`: writes it, or false. Returns the cursor of the next page.
template <class Row, class Fetch, class Show, class Cursor>
std::optional<std::string> fill_page(std::int64_t limit, Fetch fetch, Show show, Cursor cursor_at) {
    std::int64_t shown = 0;
    std::int64_t looked = 0;
    std::optional<Row> last;
    for (;;) {
        const std::int64_t wanted = std::min(looked == 0 ? limit + 1 : kRowBatch, kRowBatch + 1);
        std::vector<Row> rows = fetch(last ? &*last : nullptr, wanted);
        const bool end = static_cast<std::int64_t>(rows.size()) < wanted;
        for (Row& row : rows) {
            if (shown == limit) return cursor_at(*last);
            if (show(row)) ++shown;
            last = std::move(row);
            ++looked;
        }
        if (end || !last) return std::nullopt;
        if (looked >= kMostLooked) return cursor_at(*last);
    }
}

}  // namespace desk::rest
