#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/enums.hpp"
#include "sio/base/json_writer.hpp"

namespace desk {

/// One promise to one ticket; of next_response the newest wait. Working time is counted in microseconds.
struct SlaTarget {
    SlaGoal goal = SlaGoal::Resolution;
    SlaState state = SlaState::Running;
    bool warned = false;
    std::int64_t start_us = 0;                ///< names the cycle
    std::int64_t promised_us = 0;             ///< working time that is allowed
    std::int64_t warn_after_us = 0;           ///< working time after which to warn
    std::int64_t used_us = 0;                 ///< working time before `since_us`
    std::optional<std::int64_t> since_us;     ///< the clock runs since then
    std::optional<std::int64_t> warn_us;      ///< when to warn, while it runs
    std::optional<std::int64_t> due_us;       ///< when it is breached; kept once it is over
    std::optional<std::int64_t> finished_us;  ///< when it was met, or due and breached

    bool operator==(const SlaTarget&) const = default;

    /// When its next warning or breach is to be told.
    std::optional<std::int64_t> fires_us() const;
    bool is_over() const { return state == SlaState::Met || state == SlaState::Breached; }
};

/// What was promised for a ticket, and what it takes to count again. Clocks: desk/model/sla_clock.hpp.
struct TicketSla {
    /// From when on the ticket had that status, until the next one.
    struct Stretch {
        std::int64_t since_us = 0;
        TicketStatus status = TicketStatus::New;
        bool operator==(const Stretch&) const = default;
    };

    std::string policy;  ///< empty: no policy matches any more; the marks are kept for one that will
    std::vector<Stretch> history;
    std::vector<SlaTarget> targets;

    bool operator==(const TicketSla&) const = default;
    /// Null when there is none.
    SlaTarget* find(SlaGoal goal);
};

/// As staff see it: `Ticket.sla`, null without a policy.
void write_json(sio::json::Writer& w, const TicketSla& sla);

/// All of it, for the store.
std::string to_stored(const TicketSla& sla);
/// Nothing for what `to_stored` has not written.
std::optional<TicketSla> sla_from_stored(std::string_view json);

}  // namespace desk
