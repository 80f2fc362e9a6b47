#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "desk/model/event.hpp"
#include "desk/store/sql.hpp"

/// What happened to an org's tickets lately, by quarters of an hour since 1970: every time zone's midnight begins one.
namespace desk::dashboard {

struct Activity {
    std::int64_t created = 0;
    std::int64_t resolved = 0;
    std::int64_t reopened = 0;
    bool operator==(const Activity&) const = default;
    Activity& operator+=(const Activity& other);
};
/// Quarters in which nothing happened are not in it.
using ActivityByQuarter = std::map<std::int64_t, Activity>;

/// The quarter in which a time lies, and when it begins.
std::int64_t quarter_of(std::int64_t time_us);
std::int64_t begin_of(std::int64_t quarter);

/// Thread, errors: see sql::Session.
class ActivityCounters {
public:
    ActivityCounters(store::sql::Session& session, std::string_view org) : session_(session), org_(org) {}

    /// From the quarter of `since_us` on.
    Activity since(std::int64_t since_us) const;
    /// At the time of the log's rows that tell of it. Forgets what is some days old.
    void add(const Activity& activity, std::int64_t logged_us);

    /// The first quarter from `since_us` on of which the log has kept everything.
    std::int64_t first_logged(std::int64_t since_us) const;
    ActivityByQuarter read(std::int64_t from_quarter) const;
    /// The same from the log: reads every creation and change of status since then.
    ActivityByQuarter recount(std::int64_t from_quarter) const;
    /// Puts what the log says in the place of what was counted. `unwritten`: rows that the log does not have yet.
    void rebuild(std::int64_t from_quarter, std::span<const EventRow> unwritten);

private:
    store::sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::dashboard
