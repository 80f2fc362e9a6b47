#include "desk/dashboard/promises.hpp"

namespace desk::dashboard {
namespace {

using store::sql::Rows;
using store::sql::Sql;

constexpr Sql kRead{"SELECT target, state, warned, promises FROM promise_counts WHERE org = ?1 AND promises <> 0"};
// Also in migrations.cpp, as a partial index: the words must be the same there.
constexpr Sql kCount{
    "SELECT target, state, warned, COUNT(*) FROM sla_targets WHERE org = ?1 AND state IN ('running', 'paused') "
    "GROUP BY state, target, warned"};
constexpr Sql kAdd{
    "INSERT INTO promise_counts (org, target, state, warned, promises) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (org, target, state, warned) DO UPDATE SET promises = promise_counts.promises + excluded.promises"};
constexpr Sql kForget{"DELETE FROM promise_counts WHERE org = ?1"};

PromiseCounts read_counts(Rows rows) {
    PromiseCounts counts;
    while (rows.next()) {
        const PromiseKind kind{from_string<SlaGoal>(rows.view(0)).value_or(SlaGoal::Resolution),
                               from_string<SlaState>(rows.view(1)).value_or(SlaState::Running), rows.flag(2)};
        counts[kind] += rows.integer(3);
    }
    return counts;
}

void note(PromiseCounts& counts, const TicketSla& sla, std::int64_t times) {
    for (const SlaTarget& target : sla.targets) {
        if (target.state != SlaState::Running && target.state != SlaState::Paused) continue;
        counts[{target.goal, target.state, target.warned}] += times;
    }
}

}  // namespace

PromiseCounts difference(const TicketSla* before, const TicketSla& after) {
    PromiseCounts counts;
    if (before != nullptr) note(counts, *before, -1);
    note(counts, after, 1);
    std::erase_if(counts, [](const auto& each) { return each.second == 0; });
    return counts;
}

PromiseCounts PromiseCounters::read() const { return read_counts(session_.query(kRead, org_)); }

PromiseCounts PromiseCounters::recount() const { return read_counts(session_.query(kCount, org_)); }

void PromiseCounters::add(const PromiseCounts& counts) {
    for (const auto& [kind, promises] : counts)
        session_.run(kAdd, org_, to_string(kind.goal), to_string(kind.state), kind.warned, promises);
}

void PromiseCounters::rebuild() {
    const PromiseCounts counts = recount();
    session_.run(kForget, org_);
    add(counts);
}

}  // namespace desk::dashboard
