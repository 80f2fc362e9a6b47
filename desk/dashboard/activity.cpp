#include "desk/dashboard/activity.hpp"

#include <algorithm>
#include <chrono>

#include "desk/model/enums.hpp"
#include "sio/base/json.hpp"

namespace desk::dashboard {
namespace {

using store::sql::Sql;

constexpr Sql kSince{"SELECT SUM(created), SUM(resolved), SUM(reopened) FROM ticket_activity WHERE org = ?1 AND quarter >= ?2"};
constexpr Sql kRead{"SELECT quarter, created, resolved, reopened FROM ticket_activity WHERE org = ?1 AND quarter >= ?2"};
constexpr Sql kAdd{
    "INSERT INTO ticket_activity (org, quarter, created, resolved, reopened) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (org, quarter) DO UPDATE SET created = ticket_activity.created + excluded.created, "
    "resolved = ticket_activity.resolved + excluded.resolved, reopened = ticket_activity.reopened + excluded.reopened "
    "RETURNING created + resolved + reopened"};
constexpr Sql kForgetBefore{"DELETE FROM ticket_activity WHERE org = ?1 AND quarter < ?2"};
constexpr Sql kForgetFrom{"DELETE FROM ticket_activity WHERE org = ?1 AND quarter >= ?2"};
// Also in migrations.cpp, as a partial index: the words must be the same there.
constexpr Sql kMoves{
    "SELECT occurred_at, name, payload FROM event_log WHERE org = ?1 AND name IN ('ticket:created', 'ticket:status') AND occurred_at >= "
    "?2"};
constexpr Sql kLogFront{
    "SELECT c.pruned_to, c.last_at, (SELECT l.occurred_at FROM event_log l WHERE l.org = c.org ORDER BY l.seq LIMIT 1) "
    "FROM org_counters c WHERE c.org = ?1"};

constexpr std::int64_t kQuarterUs = std::chrono::microseconds(std::chrono::minutes(15)).count();
// No day of any zone is longer, and a clock may have been put back.
constexpr std::int64_t kKeptQuarters = std::chrono::days(3) / std::chrono::minutes(15);

bool done(sio::json::Value status) {
    const auto known = from_string<TicketStatus>(status.string().value_or(""));
    return known && is_done(*known);
}

/// What a row of the log tells.
Activity activity_of(std::string_view name, std::string_view payload) {
    if (name != "ticket:created" && name != "ticket:status") return {};
    thread_local sio::json::Parser parser;
    const auto read = parser.parse_copy(payload);
    if (!read) return {};
    const bool is = done((*read)["status"]);
    if (name == "ticket:created") return {1, is ? 1 : 0, 0};
    const bool was = done((*read)["previousStatus"]);
    return {0, is && !was ? 1 : 0, was && !is ? 1 : 0};
}

void note(ActivityByQuarter& moves, std::int64_t at_us, const Activity& activity) {
    if (activity != Activity{}) moves[quarter_of(at_us)] += activity;
}

}  // namespace

Activity& Activity::operator+=(const Activity& other) {
    created += other.created;
    resolved += other.resolved;
    reopened += other.reopened;
    return *this;
}

std::int64_t quarter_of(std::int64_t time_us) { return time_us / kQuarterUs; }
std::int64_t begin_of(std::int64_t quarter) { return quarter * kQuarterUs; }

Activity ActivityCounters::since(std::int64_t since_us) const {
    auto row = session_.query(kSince, org_, quarter_of(since_us));
    if (!row.next() || row.is_null(0)) return {};
    return {row.integer(0), row.integer(1), row.integer(2)};
}

void ActivityCounters::add(const Activity& activity, std::int64_t logged_us) {
    const std::int64_t quarter = quarter_of(logged_us);
    bool is_new = false;
    {
        auto row = session_.query(kAdd, org_, quarter, activity.created, activity.resolved, activity.reopened);
        const std::int64_t added = activity.created + activity.resolved + activity.reopened;
        while (row.next()) is_new = row.integer(0) == added;
    }
    if (is_new) session_.run(kForgetBefore, org_, quarter - kKeptQuarters);
}

std::int64_t ActivityCounters::first_logged(std::int64_t since_us) const {
    const std::int64_t wanted = quarter_of(since_us);
    auto row = session_.query(kLogFront, org_);
    if (!row.next() || row.integer(0) == 0) return wanted;
    return std::max(wanted, quarter_of(row.maybe_integer(2).value_or(row.integer(1))) + 1);
}

ActivityByQuarter ActivityCounters::read(std::int64_t from_quarter) const {
    ActivityByQuarter out;
    auto rows = session_.query(kRead, org_, from_quarter);
    while (rows.next()) out[rows.integer(0)] = {rows.integer(1), rows.integer(2), rows.integer(3)};
    return out;
}

ActivityByQuarter ActivityCounters::recount(std::int64_t from_quarter) const {
    ActivityByQuarter out;
    auto rows = session_.query(kMoves, org_, begin_of(from_quarter));
    while (rows.next()) note(out, rows.integer(0), activity_of(rows.view(1), rows.view(2)));
    return out;
}

void ActivityCounters::rebuild(std::int64_t from_quarter, std::span<const EventRow> unwritten) {
    ActivityByQuarter moves = recount(from_quarter);
    for (const EventRow& row : unwritten) note(moves, row.occurred_at_us, activity_of(row.name, row.payload));
    session_.run(kForgetFrom, org_, from_quarter);
    for (const auto& [quarter, activity] : moves) add(activity, begin_of(quarter));
}

}  // namespace desk::dashboard
