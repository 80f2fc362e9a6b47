#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string_view>

#include "desk/model/ticket_sla.hpp"
#include "desk/store/sql.hpp"

/// How many promises of an org go on, kept in the store by increments.
namespace desk::dashboard {

/// Promises of the same kind; the state is Running or Paused.
struct PromiseKind {
    SlaGoal goal = SlaGoal::Resolution;
    SlaState state = SlaState::Running;
    bool warned = false;
    auto operator<=>(const PromiseKind&) const = default;
};
/// Kinds of which there are none are not in it.
using PromiseCounts = std::map<PromiseKind, std::int64_t>;

/// How the counts differ when a ticket's promises have changed; `before` is null when there were none.
PromiseCounts difference(const TicketSla* before, const TicketSla& after);

/// Thread, errors: see sql::Session.
class PromiseCounters {
public:
    PromiseCounters(store::sql::Session& session, std::string_view org) : session_(session), org_(org) {}

    PromiseCounts read() const;
    /// The same, counted from the promises themselves: reads an index entry of each.
    PromiseCounts recount() const;
    void add(const PromiseCounts& counts);
    /// Puts what the promises say in the place of what was counted.
    void rebuild();

private:
    store::sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::dashboard
