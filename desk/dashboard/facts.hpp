#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/model/local_day.hpp"
#include "desk/store/transaction.hpp"

/// What the store knows for the metrics of domain.md 3.11, apart from what passing time makes of it.
namespace desk::dashboard {

enum class Metric : std::uint8_t { Tickets, Queue, Agents, Sla };
inline constexpr std::size_t kMetrics = 4;
inline constexpr std::array kAllMetrics{Metric::Tickets, Metric::Queue, Metric::Agents, Metric::Sla};

/// Some of the four.
class MetricSet {
public:
    constexpr MetricSet() = default;
    constexpr MetricSet(std::initializer_list<Metric> metrics) {
        for (const Metric each : metrics) add(each);
    }
    static constexpr MetricSet all() { return {Metric::Tickets, Metric::Queue, Metric::Agents, Metric::Sla}; }
    constexpr void add(Metric metric) { bits_ |= bit(metric); }
    constexpr void add(MetricSet other) { bits_ |= other.bits_; }
    constexpr void remove(Metric metric) { bits_ &= ~bit(metric); }
    constexpr bool has(Metric metric) const { return (bits_ & bit(metric)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    bool operator==(const MetricSet&) const = default;

private:
    static constexpr unsigned bit(Metric metric) { return 1U << static_cast<unsigned>(metric); }
    unsigned bits_ = 0;
};

struct TicketFacts {
    std::array<std::int64_t, 6> by_status{};
    std::array<std::int64_t, 4> by_priority{};  ///< open ones
    std::int64_t open = 0;
    std::int64_t unassigned = 0;
    std::int64_t created_today = 0;
    std::int64_t resolved_today = 0;
    std::int64_t reopened_today = 0;
    std::int64_t backlog = 0;
    std::optional<std::int64_t> oldest_open_us;
    bool operator==(const TicketFacts&) const = default;
};

struct QueueFacts {
    /// Conversations that wait for an agent; without a team those of none.
    struct Team {
        std::optional<std::string> team;
        std::int64_t waiting = 0;
        std::int64_t since_sum_ms = 0;  ///< of the times they began to wait; of a few thousand, microseconds would be too many
        std::int64_t since_first_us = 0;
        bool operator==(const Team&) const = default;
    };
    std::vector<Team> teams;
    std::int64_t handled_1h = 0;
    std::int64_t wait_1h_us = 0;  ///< of those, together
    std::int64_t abandoned_1h = 0;
    bool operator==(const QueueFacts&) const = default;

    std::int64_t waiting() const;
};

/// By id.
struct AgentFacts {
    struct Agent {
        std::string user;
        std::string name;
        std::int64_t active_chats = 0;
        std::int64_t open_tickets = 0;
        std::int64_t last_seen_ms = 0;  ///< as far as it is written down; 0: never
        bool operator==(const Agent&) const = default;
    };
    std::vector<Agent> agents;
    bool operator==(const AgentFacts&) const = default;

    bool has(std::string_view user) const;
};

/// Of the last `kSlaWindow` what is over, and what goes on now.
inline constexpr std::chrono::hours kSlaWindow{24};
struct SlaFacts {
    struct Goal {
        std::int64_t met = 0;
        std::int64_t breached = 0;
        std::int64_t running = 0;
        std::int64_t paused = 0;
        std::int64_t at_risk = 0;  ///< of those that go on: warned of
        bool operator==(const Goal&) const = default;
    };
    struct Due {
        std::string ticket;
        SlaGoal goal = SlaGoal::Resolution;
        std::int64_t due_us = 0;
        bool operator==(const Due&) const = default;
    };
    std::array<Goal, 3> goals{};  ///< by SlaGoal
    std::vector<Due> next;        ///< ten at most, the first to fall due first
    bool operator==(const SlaFacts&) const = default;
};

/// The facts of some metrics at one moment.
struct Facts {
    MetricSet metrics;
    TicketFacts tickets;
    QueueFacts queue;
    AgentFacts agents;
    SlaFacts sla;
    std::int64_t now_us = 0;                                     ///< of the store
    std::array<std::optional<std::int64_t>, kMetrics> until_us;  ///< when time alone changes them next

    /// Takes over all that `newer` has, or one of it.
    void update(const Facts& newer);
    void take(const Facts& newer, Metric metric);
    bool same(const Facts& other, Metric metric) const;
};

/// The org's day, by its time zone.
LocalDay today_of(const store::Snapshot& snapshot);

/// Thread: a store's worker.
Facts read_facts(const store::Snapshot& snapshot, MetricSet metrics);

}  // namespace desk::dashboard
