#include "desk/dashboard/metrics_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <vector>

#include "desk/model/time.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::dashboard {

namespace {

using sio::json::Writer;

void begin(Writer& w, const Stamp& stamp) {
    w.begin_object().field("orgId", stamp.org).field("asOf", iso(stamp.as_of_us)).field("rev", stamp.rev);
}

template <class E, std::size_t N>
void write_counts(Writer& w, std::string_view name, const std::array<std::int64_t, N>& counts) {
    w.key(name).begin_object();
    for (std::size_t i = 0; i < N; ++i) w.field(Names<E>::kAll[i], counts[i]);
    w.end_object();
}

double rounded(double value, double parts) { return std::round(value * parts) / parts; }

/// Seconds with one decimal.
double seconds(std::int64_t time_us) { return rounded(static_cast<double>(std::max<std::int64_t>(time_us, 0)) / 1e6, 10); }

/// Of `count` whose times sum up to `sum_us`.
double mean_s(std::int64_t sum_us, std::int64_t count) { return count == 0 ? 0 : seconds(sum_us / count); }

/// All together.
std::int64_t waited_us(const QueueFacts::Team& team, const Stamp& stamp) {
    return (team.waiting * (stamp.as_of_us / 1000) - team.since_sum_ms) * 1000;
}

/// Per cent with one decimal; nothing is promised to be kept while nothing is over.
std::optional<double> compliance(std::int64_t met, std::int64_t breached) {
    if (met + breached == 0) return std::nullopt;
    return rounded(100.0 * static_cast<double>(met) / static_cast<double>(met + breached), 10);
}

struct Line {
    const AgentFacts::Agent* agent;
    Attendance there;
    std::optional<double> load;
};

std::vector<Line> choose(std::vector<Line> lines) {
    if (lines.size() <= kMostAgents) return lines;
    const auto urgency = [](const Line& line) {
        return std::tuple(line.there.status, -line.load.value_or(0), -line.agent->open_tickets, std::string_view(line.agent->user));
    };
    const auto middle = lines.begin() + static_cast<std::ptrdiff_t>(kMostAgents);
    std::ranges::nth_element(lines, middle, {}, urgency);
    lines.erase(middle, lines.end());
    std::ranges::sort(lines, {}, [](const Line& line) { return std::string_view(line.agent->user); });
    return lines;
}

void write_agent(Writer& w, const Line& line, const Stamp& stamp, const Workload& workload) {
    const bool here = line.there.status != PresenceStatus::Offline;
    const std::int64_t seen_ms = here ? stamp.as_of_us / 1000 : std::max(line.there.last_seen_ms, line.agent->last_seen_ms);
    w.begin_object()
        .field("userId", line.agent->user)
        .field("name", line.agent->name)
        .field("status", to_string(line.there.status))
        .field("activeChats", line.agent->active_chats)
        .field("openTickets", line.agent->open_tickets)
        .field("capacity", workload.capacity)
        .field("load", line.load)
        .field("lastSeen", seen_ms == 0 ? std::optional<std::string>() : std::optional(sio::format_iso8601(seen_ms)))
        .end_object();
}

}  // namespace

std::string_view to_string(Metric metric) {
    constexpr std::array<std::string_view, kMetrics> kNames{"tickets", "queue", "agents", "sla"};
    return kNames[static_cast<std::size_t>(metric)];
}

std::string tickets_json(const Stamp& stamp, const TicketFacts& facts) {
    std::string out;
    Writer w(out);
    begin(w, stamp);
    write_counts<TicketStatus>(w, "byStatus", facts.by_status);
    write_counts<Priority>(w, "byPriority", facts.by_priority);
    w.field("open", facts.open)
        .field("unassigned", facts.unassigned)
        .field("createdToday", facts.created_today)
        .field("resolvedToday", facts.resolved_today)
        .field("reopenedToday", facts.reopened_today)
        .field("backlog", facts.backlog)
        .field("oldestOpenAt", iso(facts.oldest_open_us))
        .end_object();
    return out;
}

std::string queue_json(const Stamp& stamp, const QueueFacts& facts) {
    std::int64_t waiting = 0;
    std::int64_t sum_us = 0;
    std::int64_t first_us = stamp.as_of_us;
    for (const QueueFacts::Team& team : facts.teams) {
        waiting += team.waiting;
        sum_us += waited_us(team, stamp);
        first_us = std::min(first_us, team.since_first_us);
    }
    std::string out;
    Writer w(out);
    begin(w, stamp);
    w.field("waiting", waiting)
        .field("avgWaitTime", mean_s(sum_us, waiting))
        .field("longestWait", seconds(stamp.as_of_us - first_us))
        .field("handled1h", facts.handled_1h)
        .field("avgWaitTime1h", facts.handled_1h == 0 ? std::nullopt : std::optional(mean_s(facts.wait_1h_us, facts.handled_1h)))
        .field("abandoned1h", facts.abandoned_1h)
        .key("byTeam")
        .begin_array();
    for (const QueueFacts::Team& team : facts.teams) {
        w.begin_object()
            .field("teamId", team.team)
            .field("waiting", team.waiting)
            .field("avgWaitTime", mean_s(waited_us(team, stamp), team.waiting))
            .field("longestWait", seconds(stamp.as_of_us - team.since_first_us))
            .end_object();
    }
    w.end_array().end_object();
    return out;
}

std::string agents_json(const Stamp& stamp, const AgentFacts& facts, const Workload& workload, const Attend& attend) {
    std::array<std::int64_t, 4> counts{};
    std::vector<Line> lines;
    lines.reserve(facts.agents.size());
    for (const AgentFacts::Agent& agent : facts.agents) {
        Line line{&agent, attend(stamp.org, agent.user), std::nullopt};
        ++counts[static_cast<std::size_t>(line.there.status)];
        if (workload.capacity > 0) {
            const std::int64_t work = agent.active_chats * workload.chat_weight + agent.open_tickets * workload.ticket_weight;
            line.load = rounded(static_cast<double>(work) / static_cast<double>(workload.capacity), 100);
        }
        lines.push_back(line);
    }
    std::string out;
    Writer w(out);
    begin(w, stamp);
    for (std::size_t i = 0; i < counts.size(); ++i) w.field(Names<PresenceStatus>::kAll[i], counts[i]);
    w.key("agents").begin_array();
    for (const Line& line : choose(std::move(lines))) write_agent(w, line, stamp, workload);
    w.end_array().end_object();
    return out;
}

std::string sla_json(const Stamp& stamp, const SlaFacts& facts) {
    std::string out;
    Writer w(out);
    begin(w, stamp);
    w.field("windowHours", kSlaWindow.count()).key("targets").begin_object();
    std::int64_t met = 0;
    std::int64_t breached = 0;
    for (std::size_t i = 0; i < facts.goals.size(); ++i) {
        const SlaFacts::Goal& goal = facts.goals[i];
        met += goal.met;
        breached += goal.breached;
        w.key(Names<SlaGoal>::kAll[i])
            .begin_object()
            .field("met", goal.met)
            .field("breached", goal.breached)
            .field("running", goal.running)
            .field("paused", goal.paused)
            .field("atRisk", goal.at_risk)
            .field("compliance", compliance(goal.met, goal.breached))
            .end_object();
    }
    w.end_object().field("compliance", compliance(met, breached)).key("nextDue").begin_array();
    for (const SlaFacts::Due& due : facts.next) {
        w.begin_object().field("ticketId", due.ticket).field("target", to_string(due.goal)).field("dueAt", iso(due.due_us)).end_object();
    }
    w.end_array().end_object();
    return out;
}

}  // namespace desk::dashboard
