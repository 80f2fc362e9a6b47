#include "desk/dashboard/facts.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

#include "desk/dashboard/activity.hpp"
#include "desk/dashboard/counters.hpp"
#include "desk/dashboard/promises.hpp"

namespace desk::dashboard {

namespace {

using std::chrono::microseconds;
using store::Snapshot;
using store::sql::Sql;

constexpr std::int64_t kHourUs = microseconds(std::chrono::hours(1)).count();
constexpr std::int64_t kDayUs = 24 * kHourUs;

// SQLite knows no statistics here: each of these names the very condition of the index it is meant to use, and CROSS JOIN keeps its order.
// Conversations that have not ended are few, however many there were.
constexpr Sql kWaiting{
    "SELECT team_id, COUNT(*), SUM(waiting_since / 1000), MIN(waiting_since) FROM conversations WHERE org = ?1 AND status = 'waiting' "
    "GROUP BY team_id ORDER BY team_id"};
// A conversation waits from its beginning.
constexpr Sql kHandled{
    "SELECT COUNT(*), SUM(started_at - created_at), MIN(started_at) FROM conversations WHERE org = ?1 AND started_at IS NOT NULL AND "
    "started_at > ?2"};
constexpr Sql kAbandoned{
    "SELECT COUNT(*), MIN(ended_at) FROM conversations WHERE org = ?1 AND started_at IS NULL AND ended_at IS NOT NULL AND ended_at > ?2 "
    "AND end_reason IN ('customer_ended', 'customer_timeout', 'inactivity')"};
constexpr Sql kActiveChats{
    "SELECT a.user_id, COUNT(*) FROM conversations c CROSS JOIN conversation_agents a "
    "WHERE c.org = ?1 AND c.status = 'active' AND c.status <> 'ended' AND a.org = c.org AND a.conversation_id = c.id GROUP BY a.user_id"};
constexpr Sql kAgents{
    "SELECT u.id, u.name, c.tickets, p.seen_at FROM users u LEFT JOIN open_ticket_counts c ON c.org = u.org AND c.user_id = u.id "
    "LEFT JOIN presence p ON p.org = u.org AND p.user_id = u.id "
    "WHERE u.org = ?1 AND u.role IN ('admin', 'agent') AND u.active = 1"};

constexpr Sql kKept{
    "SELECT target, state, COUNT(*), MIN(finished_at) FROM sla_targets WHERE org = ?1 AND finished_at IS NOT NULL AND finished_at > ?2 "
    "GROUP BY target, state"};
constexpr Sql kNextDue{
    "SELECT ticket_id, target, due_at FROM sla_targets WHERE org = ?1 AND state = 'running' AND due_at IS NOT NULL "
    "ORDER BY due_at, ticket_id, target LIMIT 10"};

void note_earliest(std::optional<std::int64_t>& until_us, std::optional<std::int64_t> time_us) {
    if (time_us) until_us = std::min(until_us.value_or(*time_us), *time_us);
}

void read_tickets(const Snapshot& snapshot, Facts& facts) {
    const Counters counters(snapshot.session(), snapshot.org());
    TicketFacts& out = facts.tickets;
    for (const auto& [kind, tickets] : counters.read().tickets) {
        out.by_status[static_cast<std::size_t>(kind.status)] += tickets;
        if (is_done(kind.status)) continue;
        out.by_priority[static_cast<std::size_t>(kind.priority)] += tickets;
        out.open += tickets;
        if (!kind.assigned) out.unassigned += tickets;
    }
    const LocalDay today = today_of(snapshot);
    const Activity activity = ActivityCounters(snapshot.session(), snapshot.org()).since(today.begin_us);
    out.created_today = activity.created;
    out.resolved_today = activity.resolved;
    out.reopened_today = activity.reopened;
    // Those of the last day are fewer than those that are older.
    const std::int64_t a_day_ago = facts.now_us - kDayUs;
    out.backlog = out.open - counters.open_since(a_day_ago);
    out.oldest_open_us = counters.first_open_after(0);
    auto& until = facts.until_us[static_cast<std::size_t>(Metric::Tickets)];
    until = today.end_us;
    if (const auto next = counters.first_open_after(a_day_ago)) note_earliest(until, *next + kDayUs);
}

void read_queue(const Snapshot& snapshot, Facts& facts) {
    auto& session = snapshot.session();
    QueueFacts& out = facts.queue;
    auto waiting = session.query(kWaiting, snapshot.org());
    while (waiting.next()) out.teams.push_back({waiting.maybe_text(0), waiting.integer(1), waiting.integer(2), waiting.integer(3)});
    const std::int64_t an_hour_ago = facts.now_us - kHourUs;
    auto& until = facts.until_us[static_cast<std::size_t>(Metric::Queue)];
    if (auto row = session.query(kHandled, snapshot.org(), an_hour_ago); row.next() && row.integer(0) > 0) {
        out.handled_1h = row.integer(0);
        out.wait_1h_us = row.integer(1);
        note_earliest(until, row.integer(2) + kHourUs);
    }
    if (auto row = session.query(kAbandoned, snapshot.org(), an_hour_ago); row.next() && row.integer(0) > 0) {
        out.abandoned_1h = row.integer(0);
        note_earliest(until, row.integer(1) + kHourUs);
    }
}

void read_agents(const Snapshot& snapshot, AgentFacts& out) {
    auto& session = snapshot.session();
    std::unordered_map<std::string, std::int64_t> chats;
    auto active = session.query(kActiveChats, snapshot.org());
    while (active.next()) chats[active.text(0)] = active.integer(1);
    auto rows = session.query(kAgents, snapshot.org());
    while (rows.next()) {
        AgentFacts::Agent agent{rows.text(0), rows.text(1), 0, rows.maybe_integer(2).value_or(0), rows.maybe_integer(3).value_or(0) / 1000};
        if (const auto found = chats.find(agent.user); found != chats.end()) agent.active_chats = found->second;
        out.agents.push_back(std::move(agent));
    }
    std::ranges::sort(out.agents, {}, &AgentFacts::Agent::user);
}

SlaGoal goal_at(const store::sql::Rows& row, int column) { return from_string<SlaGoal>(row.view(column)).value_or(SlaGoal::Resolution); }

void read_sla(const Snapshot& snapshot, Facts& facts) {
    auto& session = snapshot.session();
    SlaFacts& out = facts.sla;
    for (const auto& [kind, promises] : PromiseCounters(session, snapshot.org()).read()) {
        SlaFacts::Goal& goal = out.goals[static_cast<std::size_t>(kind.goal)];
        (kind.state == SlaState::Running ? goal.running : goal.paused) += promises;
        if (kind.warned) goal.at_risk += promises;
    }
    const std::int64_t window_us = microseconds(kSlaWindow).count();
    auto& until = facts.until_us[static_cast<std::size_t>(Metric::Sla)];
    auto over = session.query(kKept, snapshot.org(), facts.now_us - window_us);
    while (over.next()) {
        SlaFacts::Goal& goal = out.goals[static_cast<std::size_t>(goal_at(over, 0))];
        const auto state = from_string<SlaState>(over.view(1));
        if (state == SlaState::Met) goal.met += over.integer(2);
        if (state == SlaState::Breached) goal.breached += over.integer(2);
        note_earliest(until, over.integer(3) + window_us);
    }
    auto next = session.query(kNextDue, snapshot.org());
    while (next.next()) out.next.push_back({next.text(0), goal_at(next, 1), next.integer(2)});
}

}  // namespace

std::int64_t QueueFacts::waiting() const {
    std::int64_t sum = 0;
    for (const Team& team : teams) sum += team.waiting;
    return sum;
}

bool AgentFacts::has(std::string_view user) const {
    const auto at = std::ranges::lower_bound(agents, user, {}, &Agent::user);
    return at != agents.end() && at->user == user;
}

void Facts::update(const Facts& newer) {
    for (const Metric each : kAllMetrics) {
        if (newer.metrics.has(each)) take(newer, each);
    }
    now_us = newer.now_us;
    // What does not come later is no moment to wait for.
    for (auto& until : until_us) {
        if (until && *until <= now_us) until.reset();
    }
}

void Facts::take(const Facts& newer, Metric metric) {
    metrics.add(metric);
    until_us[static_cast<std::size_t>(metric)] = newer.until_us[static_cast<std::size_t>(metric)];
    switch (metric) {
        case Metric::Tickets: tickets = newer.tickets; break;
        case Metric::Queue: queue = newer.queue; break;
        case Metric::Agents: agents = newer.agents; break;
        case Metric::Sla: sla = newer.sla; break;
    }
}

bool Facts::same(const Facts& other, Metric metric) const {
    switch (metric) {
        case Metric::Tickets: return tickets == other.tickets;
        case Metric::Queue: return queue == other.queue;
        case Metric::Agents: return agents == other.agents;
        case Metric::Sla: return sla == other.sla;
    }
    return false;
}

LocalDay today_of(const Snapshot& snapshot) {
    const auto org = snapshot.orgs().find();
    return local_day(org ? org->timezone : "UTC", snapshot.now_us());
}

Facts read_facts(const Snapshot& snapshot, MetricSet metrics) {
    Facts facts;
    facts.metrics = metrics;
    facts.now_us = snapshot.now_us();
    if (metrics.has(Metric::Tickets)) read_tickets(snapshot, facts);
    if (metrics.has(Metric::Queue)) read_queue(snapshot, facts);
    if (metrics.has(Metric::Agents)) read_agents(snapshot, facts.agents);
    if (metrics.has(Metric::Sla)) read_sla(snapshot, facts);
    return facts;
}

}  // namespace desk::dashboard
