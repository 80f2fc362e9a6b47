#include "desk/dashboard/counters.hpp"

#include <chrono>
#include <optional>
#include <variant>

namespace desk::dashboard {

namespace {

using store::sql::Sql;

// Also in migrations.cpp, as partial indexes: the words must be the same there.
#define DESK_OPEN "status NOT IN ('resolved', 'closed')"

constexpr Sql kRead{"SELECT status, priority, assigned, tickets FROM ticket_counts WHERE org = ?1 AND tickets <> 0"};
constexpr Sql kReadOpenOf{"SELECT user_id, tickets FROM open_ticket_counts WHERE org = ?1 AND tickets <> 0"};
constexpr Sql kCountDone{"SELECT status, COUNT(*) FROM tickets WHERE org = ?1 AND status IN ('resolved', 'closed') GROUP BY status"};
constexpr Sql kCountOpen{"SELECT status, priority, assignee_id, COUNT(*) FROM tickets WHERE org = ?1 AND " DESK_OPEN
                         " GROUP BY status, priority, assignee_id"};
constexpr Sql kForget{"DELETE FROM ticket_counts WHERE org = ?1"};
constexpr Sql kForgetOpenOf{"DELETE FROM open_ticket_counts WHERE org = ?1"};
constexpr Sql kAdd{
    "INSERT INTO ticket_counts (org, status, priority, assigned, tickets) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (org, status, priority, assigned) DO UPDATE SET tickets = ticket_counts.tickets + excluded.tickets"};
constexpr Sql kAddOpenOf{
    "INSERT INTO open_ticket_counts (org, user_id, tickets) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (org, user_id) DO UPDATE SET tickets = open_ticket_counts.tickets + excluded.tickets"};

constexpr Sql kActivity{"SELECT SUM(created), SUM(resolved), SUM(reopened) FROM ticket_activity WHERE org = ?1 AND quarter >= ?2"};
constexpr Sql kAddActivity{
    "INSERT INTO ticket_activity (org, quarter, created, resolved, reopened) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (org, quarter) DO UPDATE SET created = ticket_activity.created + excluded.created, "
    "resolved = ticket_activity.resolved + excluded.resolved, reopened = ticket_activity.reopened + excluded.reopened "
    "RETURNING created + resolved + reopened"};
constexpr Sql kForgetActivity{"DELETE FROM ticket_activity WHERE org = ?1 AND quarter < ?2"};
constexpr Sql kOpenSince{"SELECT COUNT(*) FROM tickets WHERE org = ?1 AND " DESK_OPEN " AND created_at > ?2"};
constexpr Sql kFirstOpen{"SELECT MIN(created_at) FROM tickets WHERE org = ?1 AND " DESK_OPEN " AND created_at > ?2"};

#undef DESK_OPEN

constexpr std::int64_t kQuarterUs = std::chrono::microseconds(std::chrono::minutes(15)).count();
// No day of any zone is longer, and a clock may have been put back.
constexpr std::int64_t kKeptQuarters = std::chrono::days(3) / std::chrono::minutes(15);

std::int64_t quarter_of(std::int64_t time_us) { return time_us / kQuarterUs; }

bool is_open(const Ticket& ticket) { return !is_done(ticket.status); }

/// Who has the ticket to do.
std::optional<std::string_view> owner_of(const Ticket& ticket) {
    if (!is_open(ticket) || !ticket.assignee) return std::nullopt;
    return ticket.assignee->id;
}

void count_created(store::Transaction& tx, const Ticket& ticket) {
    Counters counters(tx.session(), tx.org());
    counters.add(kind_of(ticket), 1);
    if (const auto owner = owner_of(ticket)) counters.add_open_of(*owner, 1);
    counters.add(Activity{1, is_open(ticket) ? 0 : 1, 0}, tx.now_us());
}

void count_changed(store::Transaction& tx, const Ticket& before, const Ticket& after) {
    Counters counters(tx.session(), tx.org());
    const TicketKind was = kind_of(before);
    const TicketKind is = kind_of(after);
    if (was != is) {
        counters.add(was, -1);
        counters.add(is, 1);
    }
    const auto had = owner_of(before);
    const auto has = owner_of(after);
    if (had != has) {
        if (had) counters.add_open_of(*had, -1);
        if (has) counters.add_open_of(*has, 1);
    }
    if (is_open(before) == is_open(after)) return;
    counters.add(is_open(after) ? Activity{0, 0, 1} : Activity{0, 1, 0}, tx.now_us());
}

}  // namespace

TicketKind kind_of(const Ticket& ticket) {
    if (!is_open(ticket)) return {ticket.status, Priority::Low, false};
    return {ticket.status, ticket.priority, ticket.assignee.has_value()};
}

void count(store::Transaction& tx, const DomainEvent& event) {
    if (const auto* created = std::get_if<TicketCreated>(&event)) return count_created(tx, created->ticket);
    if (const auto* changed = std::get_if<TicketChanged>(&event)) count_changed(tx, changed->before, changed->after);
}

TicketCounts Counters::read() const {
    TicketCounts counts;
    auto kinds = session_.query(kRead, org_);
    while (kinds.next()) {
        counts.tickets[{from_string<TicketStatus>(kinds.view(0)).value_or(TicketStatus::New),
                        from_string<Priority>(kinds.view(1)).value_or(Priority::Low), kinds.flag(2)}] = kinds.integer(3);
    }
    auto people = session_.query(kReadOpenOf, org_);
    while (people.next()) counts.open_of[people.text(0)] = people.integer(1);
    return counts;
}

TicketCounts Counters::recount() const {
    TicketCounts counts;
    auto done = session_.query(kCountDone, org_);
    while (done.next()) {
        counts.tickets[{from_string<TicketStatus>(done.view(0)).value_or(TicketStatus::Closed), Priority::Low, false}] = done.integer(1);
    }
    auto open = session_.query(kCountOpen, org_);
    while (open.next()) {
        counts.tickets[{from_string<TicketStatus>(open.view(0)).value_or(TicketStatus::New),
                        from_string<Priority>(open.view(1)).value_or(Priority::Low), !open.is_null(2)}] += open.integer(3);
        if (!open.is_null(2)) counts.open_of[open.text(2)] += open.integer(3);
    }
    return counts;
}

void Counters::rebuild() {
    const TicketCounts counts = recount();
    session_.run(kForget, org_);
    session_.run(kForgetOpenOf, org_);
    for (const auto& [kind, tickets] : counts.tickets) add(kind, tickets);
    for (const auto& [user, tickets] : counts.open_of) add_open_of(user, tickets);
}

Activity Counters::activity(std::int64_t since_us) const {
    auto row = session_.query(kActivity, org_, quarter_of(since_us));
    if (!row.next() || row.is_null(0)) return {};
    return {row.integer(0), row.integer(1), row.integer(2)};
}

std::int64_t Counters::open_since(std::int64_t since_us) const {
    auto row = session_.query(kOpenSince, org_, since_us);
    return row.next() ? row.integer(0) : 0;
}

std::optional<std::int64_t> Counters::first_open_after(std::int64_t since_us) const {
    auto row = session_.query(kFirstOpen, org_, since_us);
    return row.next() ? row.maybe_integer(0) : std::nullopt;
}

void Counters::add(const TicketKind& kind, std::int64_t tickets) {
    session_.run(kAdd, org_, to_string(kind.status), to_string(kind.priority), kind.assigned, tickets);
}

void Counters::add_open_of(std::string_view user, std::int64_t tickets) { session_.run(kAddOpenOf, org_, user, tickets); }

void Counters::add(const Activity& activity, std::int64_t now_us) {
    const std::int64_t quarter = quarter_of(now_us);
    bool is_new = false;
    {
        auto row = session_.query(kAddActivity, org_, quarter, activity.created, activity.resolved, activity.reopened);
        const std::int64_t added = activity.created + activity.resolved + activity.reopened;
        while (row.next()) is_new = row.integer(0) == added;
    }
    if (is_new) session_.run(kForgetActivity, org_, quarter - kKeptQuarters);
}

}  // namespace desk::dashboard
