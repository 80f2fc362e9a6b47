#pragma once

#include <cstdint>
#include <vector>

#include "desk/model/business_time.hpp"
#include "desk/model/sla_policy.hpp"
#include "desk/model/ticket.hpp"
#include "desk/model/ticket_sla.hpp"

namespace desk {

/// A warning or a breach that is to be told, once.
struct SlaFiring {
    SlaGoal goal = SlaGoal::Resolution;
    bool breach = false;
    std::int64_t due_us = 0;
    std::int64_t minutes_left = 0;  ///< working minutes, rounded up
    bool late = false;              ///< nobody was there to tell it when it was due
    bool operator==(const SlaFiring&) const = default;
};

/// The clocks of one policy's tickets (domain.md 3.10):
/// - first_response: from the ticket's beginning to an agent's first public message; stands still only while the ticket is done.
/// - next_response: from the oldest unanswered message of the customer, once there was a first response, to an agent's next public one;
///   a cycle for each wait, given up when the ticket is done.
/// - resolution: until the ticket is done; stands still while its status is one of `pause_on`, goes on with what was left when reopened.
/// A target that was breached stays so. Pure but for the calendar.  Thread: any.
class SlaClock {
public:
    /// Both outlive it. `time` is that of the policy's calendar.
    SlaClock(const SlaPolicy& policy, const BusinessTime& time) : policy_(policy), time_(time) {}

    /// A ticket that this policy matches as the first.
    TicketSla begin(const Ticket& ticket, std::int64_t now_us) const;
    /// The ticket has changed into `ticket`, and what this policy looks at for matching has not.
    void follow(TicketSla& sla, const Ticket& ticket, std::int64_t now_us) const;
    /// The ticket has changed into `ticket`, and this policy matches it now, or its promises or calendar are others: everything is counted
    /// again from its start. What was met, breached or warned of stays so.
    void count_again(TicketSla& sla, const Ticket& ticket, std::int64_t now_us) const;

    /// Marks all that is due and says what it was; a warning whose breach is due too is left out.
    std::vector<SlaFiring> fire(TicketSla& sla, std::int64_t now_us) const;

private:
    bool runs(SlaGoal goal, TicketStatus status) const;
    void respond_first(TicketSla& sla, const Ticket& ticket, bool moved, std::int64_t now_us) const;
    void respond_next(TicketSla& sla, const Ticket& ticket, std::int64_t now_us) const;
    void resolve(TicketSla& sla, const Ticket& ticket, bool moved, std::int64_t now_us) const;
    void settle(TicketSla& sla, const Ticket& ticket, bool moved, std::int64_t now_us) const;
    SlaTarget target_of(SlaGoal goal, Priority priority, std::int64_t start_us) const;
    void place(SlaTarget& target, const std::vector<TicketSla::Stretch>& history) const;
    void finish(SlaTarget& target, std::int64_t at_us) const;

    const SlaPolicy& policy_;
    const BusinessTime& time_;
};

/// No policy matches any more: nothing runs, the marks stay.
void give_up(TicketSla& sla, const Ticket& ticket, std::int64_t now_us);

}  // namespace desk
