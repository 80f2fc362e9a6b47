#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "desk/dashboard/facts.hpp"

/// The objects of metrics:* and of GET /v1/metrics/*, the same for both.
namespace desk::dashboard {

/// What stands in each of them.
struct Stamp {
    std::string_view org;
    std::int64_t as_of_us = 0;
    std::int64_t rev = 0;
};

/// How much work an agent can have: load = (chats * chat_weight + tickets * ticket_weight) / capacity.
struct Workload {
    std::int64_t capacity = 4;
    std::int64_t chat_weight = 1;
    std::int64_t ticket_weight = 0;
};

/// How somebody is seen to be there.
struct Attendance {
    PresenceStatus status = PresenceStatus::Offline;
    std::int64_t last_seen_ms = 0;  ///< 0: not known
};
using Attend = std::function<Attendance(std::string_view org, std::string_view user)>;

/// As many agents are listed; with more of them, those who are there and have most to do. All are counted.
inline constexpr std::size_t kMostAgents = 500;

/// `tickets`, `queue`, `agents`, `sla`.
std::string_view to_string(Metric metric);

std::string tickets_json(const Stamp& stamp, const TicketFacts& facts);
/// Waiting times are of the stamp's moment.
std::string queue_json(const Stamp& stamp, const QueueFacts& facts);
/// By id.
std::string agents_json(const Stamp& stamp, const AgentFacts& facts, const Workload& workload, const Attend& attend);
std::string sla_json(const Stamp& stamp, const SlaFacts& facts);

}  // namespace desk::dashboard
