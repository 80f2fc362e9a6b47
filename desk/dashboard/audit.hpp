#pragma once

#include <cstdint>

#include "desk/dashboard/activity.hpp"
#include "desk/dashboard/counters.hpp"
#include "desk/dashboard/promises.hpp"
#include "desk/store/transaction.hpp"

/// An org's counters held against what they count. A difference is a mistake of whoever counts.
namespace desk::dashboard {

struct AllCounts {
    TicketCounts tickets;
    PromiseCounts promises;
    ActivityByQuarter activity;
    bool operator==(const AllCounts&) const = default;
};

struct Audit {
    AllCounts kept;
    AllCounts found;
    std::int64_t now_us = 0;

    bool passed() const { return kept == found; }
};

/// Activity is of the org's day, and of no quarter before `held_us`.  Thread: a store's worker.
Audit audit(const store::Snapshot& snapshot, std::int64_t held_us);
/// Counts again what the audit has looked at.
void rebuild(store::Transaction& tx, std::int64_t held_us);

/// For the log.
std::int64_t total(const TicketCounts& counts);
std::int64_t total(const PromiseCounts& counts);
std::int64_t total(const ActivityByQuarter& activity);

}  // namespace desk::dashboard
