#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "desk/model/people.hpp"
#include "desk/store/transaction.hpp"
#include "sio/http/message.hpp"

namespace desk::rest {

/// What a request for updates wants.
struct UpdatesWanted {
    std::string since;  ///< cursor, eventId, ISO 8601 or epoch milliseconds; empty: only the position
    std::int64_t limit = 100;
    std::string if_none_match;
};

/// One page of what happened in /tickets, as its reader may see it (domain.md 3.12 b).
struct UpdatePage {
    std::string json;
    std::string etag;
    std::int64_t up_to = 0;  ///< everything up to here was looked at
    bool empty = true;

    bool matches(std::string_view if_none_match) const;
    /// 200, or 304 for who has it already.
    sio::http::Response response(std::string_view if_none_match) &&;
};

/// `after`: where an earlier look without a finding got to, in place of `since`.
/// Errors: InvalidPayload; CursorExpired {reason: EPOCH, FUTURE or PRUNED}.
Result<UpdatePage> read_updates(const store::Snapshot& snapshot, const Actor& actor, const UpdatesWanted& wanted,
                                std::optional<std::int64_t> after = {});

}  // namespace desk::rest
