#include "desk/sla/targets.hpp"

#include <algorithm>

namespace desk::sla {
namespace {

namespace sql = store::sql;

constexpr sql::Sql kSave{
    "INSERT INTO sla_targets (org, ticket_id, target, cycle, policy_id, state, warned, due_at, finished_at, fires_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (org, ticket_id, target, cycle) DO UPDATE SET "
    "policy_id = excluded.policy_id, state = excluded.state, warned = excluded.warned, due_at = excluded.due_at, "
    "finished_at = excluded.finished_at, fires_at = excluded.fires_at"};
constexpr sql::Sql kEnd{
    "UPDATE sla_targets SET policy_id = NULL, state = ?5, finished_at = ?6, fires_at = NULL WHERE org = ?1 AND ticket_id = ?2 "
    "AND target = ?3 AND cycle = ?4"};
constexpr sql::Sql kClaim{"UPDATE sla_targets SET fires_at = NULL WHERE org = ?1 AND ticket_id = ?2 AND fires_at <= ?3"};
constexpr sql::Sql kTicketsOf{
    "SELECT DISTINCT ticket_id FROM sla_targets WHERE org = ?1 AND policy_id = ?2 AND ticket_id > ?3 ORDER BY ticket_id LIMIT ?4"};
constexpr sql::Sql kDue{"SELECT org, ticket_id FROM sla_targets WHERE fires_at <= ?1 ORDER BY fires_at LIMIT ?2"};
constexpr sql::Sql kNext{"SELECT MIN(fires_at) FROM sla_targets WHERE fires_at > ?1"};
constexpr sql::Sql kNextRecount{"SELECT org, policy_id, after_ticket FROM sla_recounts ORDER BY org, policy_id LIMIT 1"};
constexpr sql::Sql kRecountPosition{"SELECT after_ticket FROM sla_recounts WHERE org = ?1 AND policy_id = ?2"};
constexpr sql::Sql kMoveRecount{"UPDATE sla_recounts SET after_ticket = ?3 WHERE org = ?1 AND policy_id = ?2"};
constexpr sql::Sql kEndRecount{"DELETE FROM sla_recounts WHERE org = ?1 AND policy_id = ?2"};

const SlaTarget* same_cycle(const std::vector<SlaTarget>& targets, const SlaTarget& as) {
    const auto at = std::ranges::find_if(targets, [&](const SlaTarget& t) { return t.goal == as.goal && t.start_us == as.start_us; });
    return at == targets.end() ? nullptr : &*at;
}

}  // namespace

void Targets::save(std::string_view ticket, const std::optional<TicketSla>& before, const TicketSla& after, std::int64_t now_us) {
    const bool same_policy = before && before->policy == after.policy;
    for (const SlaTarget& target : after.targets) {
        const SlaTarget* old = before ? same_cycle(before->targets, target) : nullptr;
        if (old != nullptr && same_policy && *old == target) continue;
        // What was never promised needs no row.
        if (old == nullptr && target.state == SlaState::Cancelled) continue;
        const bool open = target.state == SlaState::Running || target.state == SlaState::Paused;
        session_.run(kSave, org_, ticket, to_string(target.goal), target.start_us,
                     open ? std::optional<std::string_view>(after.policy) : std::nullopt, to_string(target.state), target.warned,
                     target.due_us, target.finished_us, target.fires_us());
    }
    if (!before) return;
    for (const SlaTarget& old : before->targets) {
        if (old.is_over() || same_cycle(after.targets, old) != nullptr) continue;
        // A wait that ended in the very change in which the next one began.
        const SlaState state = old.state == SlaState::Cancelled ? SlaState::Cancelled : SlaState::Met;
        session_.run(kEnd, org_, ticket, to_string(old.goal), old.start_us, to_string(state),
                     state == SlaState::Met ? std::optional(now_us) : std::nullopt);
    }
}

void Targets::claim(std::string_view ticket, std::int64_t now_us) { session_.run(kClaim, org_, ticket, now_us); }

std::vector<std::string> Targets::tickets_of(std::string_view policy, std::string_view after, std::int64_t limit) const {
    std::vector<std::string> out;
    for (auto rows = session_.query(kTicketsOf, org_, policy, after, limit); rows.next();) out.push_back(rows.text(0));
    return out;
}

DueTickets due_tickets(sql::Session& session, std::int64_t now_us, std::int64_t limit) {
    DueTickets out;
    for (auto rows = session.query(kDue, now_us, limit); rows.next();) {
        DueTicket due{rows.text(0), rows.text(1)};
        if (std::ranges::find(out.due, due) == out.due.end()) out.due.push_back(std::move(due));
    }
    if (auto row = session.query(kNext, now_us); row.next()) out.next_us = row.maybe_integer(0);
    return out;
}

std::optional<Recount> next_recount(sql::Session& session) {
    auto row = session.query(kNextRecount);
    if (!row.next()) return std::nullopt;
    return Recount{row.text(0), row.text(1), row.text(2)};
}

std::optional<std::string> recount_position(sql::Session& session, std::string_view org, std::string_view policy) {
    auto row = session.query(kRecountPosition, org, policy);
    return row.next() ? std::optional(row.text(0)) : std::nullopt;
}

void move_recount(sql::Session& session, const Recount& recount) { session.run(kMoveRecount, recount.org, recount.policy, recount.after); }

void end_recount(sql::Session& session, const Recount& recount) { session.run(kEndRecount, recount.org, recount.policy); }

}  // namespace desk::sla
