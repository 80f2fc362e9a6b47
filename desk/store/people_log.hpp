#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/event.hpp"
#include "desk/store/sql.hpp"

namespace desk::store {

/// The rows of every org that change who may come in: of what is about a user, and of revocations.
class PeopleLog {
public:
    explicit PeopleLog(sql::Session& session) : session_(session) {}

    /// Whether a row is one of them.
    static bool has(std::string_view name) { return name == "user:updated" || name == "session:revoked"; }

    /// A place in the order of time, of org and of seq.
    struct Place {
        std::int64_t time_us = 0;
        std::string org;
        std::int64_t seq = 0;
    };
    /// Those after the place, in order; only org, seq, name, subject, payload and time are filled. Errors: see Session.
    std::vector<EventRow> after(const Place& place, std::int64_t limit) const;

private:
    sql::Session& session_;
};

}  // namespace desk::store
