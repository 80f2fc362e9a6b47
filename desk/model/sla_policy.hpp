#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/model/error.hpp"
#include "desk/model/ticket.hpp"
#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

/// Which tickets are promised what (domain.md 3.10 and 9).  Thread: any.
namespace desk {

/// What a ticket must be; what is absent does not matter.
struct SlaMatch {
    std::optional<Priority> priority;
    std::optional<std::string> team;
    std::optional<Channel> channel;
    std::optional<std::string> tag;
    std::optional<std::string> company;
    bool operator==(const SlaMatch&) const = default;
};

/// Seconds by goal and priority; none: that is not promised.
using SlaPromises = std::array<std::array<std::optional<std::int64_t>, Names<Priority>::kAll.size()>, Names<SlaGoal>::kAll.size()>;

/// When to warn: after that share of the promised time, or when that much of it is left.
struct SlaWarnAt {
    std::int64_t percent = 80;
    std::optional<std::int64_t> minutes_before;
    bool operator==(const SlaWarnAt&) const = default;
};

struct SlaPolicy {
    std::string id;
    std::string name;
    std::int64_t position = 0;
    bool active = true;  ///< one that is not matches nothing new
    SlaMatch match;
    SlaPromises promises;
    std::optional<std::string> calendar;  ///< none: all the time counts
    std::vector<TicketStatus> pause_on{TicketStatus::Pending};
    SlaWarnAt warn_at;
    std::int64_t version = 1;
    bool operator==(const SlaPolicy&) const = default;
};
void write_json(sio::json::Writer& w, const SlaPolicy& policy);
void write_json(sio::json::Writer& w, const SlaMatch& match);
void write_json(sio::json::Writer& w, const SlaWarnAt& warn_at);
void write_promises(sio::json::Writer& w, const SlaPromises& promises);
void write_statuses(sio::json::Writer& w, const std::vector<TicketStatus>& statuses);

inline constexpr std::int64_t kMaxPromiseS = 366LL * 24 * 3600;

/// The parts of a policy as clients write them, and as the store keeps them. Errors: InvalidPayload.
Result<SlaMatch> read_sla_match(sio::json::Value value);
Result<SlaPromises> read_promises(sio::json::Value value);
Result<std::vector<TicketStatus>> read_statuses(sio::json::Value value);
Result<SlaWarnAt> read_warn_at(sio::json::Value value);

bool matches(const SlaMatch& match, const Ticket& ticket);
/// Whether another policy may match now.
bool match_differs(const Ticket& before, const Ticket& after);

}  // namespace desk
