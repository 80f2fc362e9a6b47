#include "desk/dashboard/audit.hpp"

#include <algorithm>

#include "desk/dashboard/facts.hpp"

namespace desk::dashboard {
namespace {

std::int64_t first_quarter(const store::Snapshot& snapshot, std::int64_t held_us) {
    const ActivityCounters activity(snapshot.session(), snapshot.org());
    return activity.first_logged(std::max(today_of(snapshot).begin_us, held_us));
}

}  // namespace

Audit audit(const store::Snapshot& snapshot, std::int64_t held_us) {
    const Counters tickets(snapshot.session(), snapshot.org());
    const PromiseCounters promises(snapshot.session(), snapshot.org());
    const ActivityCounters activity(snapshot.session(), snapshot.org());
    const std::int64_t from = first_quarter(snapshot, held_us);
    return {{tickets.read(), promises.read(), activity.read(from)},
            {tickets.recount(), promises.recount(), activity.recount(from)},
            snapshot.now_us()};
}

void rebuild(store::Transaction& tx, std::int64_t held_us) {
    Counters(tx.session(), tx.org()).rebuild();
    PromiseCounters(tx.session(), tx.org()).rebuild();
    ActivityCounters(tx.session(), tx.org()).rebuild(first_quarter(tx, held_us), tx.rows_after(tx.log().position().seq));
}

std::int64_t total(const TicketCounts& counts) {
    std::int64_t sum = 0;
    for (const auto& [kind, tickets] : counts.tickets) sum += tickets;
    return sum;
}

std::int64_t total(const PromiseCounts& counts) {
    std::int64_t sum = 0;
    for (const auto& [kind, promises] : counts) sum += promises;
    return sum;
}

std::int64_t total(const ActivityByQuarter& activity) {
    std::int64_t sum = 0;
    for (const auto& [quarter, moves] : activity) sum += moves.created + moves.resolved + moves.reopened;
    return sum;
}

}  // namespace desk::dashboard
