#pragma once

#include <cstdint>
#include <string>

#include "desk/store/transaction.hpp"

/// The promises of tickets, kept in the transactions that change them.  Thread: a store's worker.
namespace desk::sla {

/// A ticket is about to be stored: finds its policy, moves its clocks and timers. What was due by now is told first. An org without
/// policies costs nothing, nor does a change that no clock looks at.
void keep_promises(store::Transaction& tx, const Ticket* before, Ticket& after);

/// Tells what is due of a ticket: ticket:sla:warning or ticket:sla:breached, once for each, and raises SlaFired. The timers are claimed in
/// the same transaction. Nothing due: nothing happens.
struct FirePromises {
    std::string ticket;
};
struct FireOutcome {
    std::int64_t fired = 0;
};
Result<FireOutcome> run(store::Transaction& tx, const FirePromises& command);

/// Counts the next `limit` open tickets of a policy again, when it or its calendar has changed. What is due then is told by its timer.
struct RecountPolicy {
    std::string policy;
    std::int64_t limit = 100;
};
struct RecountOutcome {
    bool more = false;
};
Result<RecountOutcome> run(store::Transaction& tx, const RecountPolicy& command);

}  // namespace desk::sla
