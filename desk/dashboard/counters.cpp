#include "desk/dashboard/counters.hpp"

#include <optional>
#include <variant>

#include "desk/dashboard/activity.hpp"
#include "desk/dashboard/promises.hpp"

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

constexpr Sql kOpenSince{"SELECT COUNT(*) FROM tickets WHERE org = ?1 AND " DESK_OPEN " AND created_at > ?2"};
constexpr Sql kFirstOpen{"SELECT MIN(created_at) FROM tickets WHERE org = ?1 AND " DESK_OPEN " AND created_at > ?2"};

#undef DESK_OPEN

bool is_open(const Ticket& ticket) { return !is_done(ticket.status); }

/// Who has the ticket to do.
std::optional<std::string_view> owner_of(const Ticket& ticket) {
    if (!is_open(ticket) || !ticket.assignee) return std::nullopt;
    return ticket.assignee->id;
}

void count_activity(store::Transaction& tx, const Activity& activity) {
    ActivityCounters(tx.session(), tx.org()).add(activity, tx.logged_us());
}

void count_created(store::Transaction& tx, const Ticket& ticket) {
    Counters counters(tx.session(), tx.org());
    counters.add(kind_of(ticket), 1);
    if (const auto owner = owner_of(ticket)) counters.add_open_of(*owner, 1);
    count_activity(tx, {1, is_open(ticket) ? 0 : 1, 0});
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
    count_activity(tx, is_open(after) ? Activity{0, 0, 1} : Activity{0, 1, 0});
}

}  // namespace

TicketKind kind_of(const Ticket& ticket) {
    if (!is_open(ticket)) return {ticket.status, Priority::Low, false};
    return {ticket.status, ticket.priority, ticket.assignee.has_value()};
}

void count(store::Transaction& tx, const DomainEvent& event) {
    if (const auto* created = std::get_if<TicketCreated>(&event)) return count_created(tx, created->ticket);
    if (const auto* changed = std::get_if<TicketChanged>(&event)) return count_changed(tx, changed->before, changed->after);
    if (const auto* promises = std::get_if<PromisesChanged>(&event))
        PromiseCounters(tx.session(), tx.org()).add(difference(promises->before, promises->after));
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

}  // namespace desk::dashboard
