#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "desk/sla/commands.hpp"
#include "desk/sla/rule.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::sla::testing {

inline constexpr std::int64_t kSecondUs = 1'000'000;
inline constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
inline constexpr std::int64_t kHourUs = 60 * kMinuteUs;

/// An hour to answer, ten to resolve, whatever the priority.
inline PolicyFields an_hour(std::string name = "Gold") {
    PolicyFields fields;
    fields.name = std::move(name);
    fields.promises.emplace();
    (*fields.promises)[static_cast<std::size_t>(SlaGoal::FirstResponse)].fill(3600);
    (*fields.promises)[static_cast<std::size_t>(SlaGoal::Resolution)].fill(36'000);
    return fields;
}

inline store::StoreOptions with_promises(store::StoreOptions options = {}) {
    options.ticket_rules.emplace_back(keep_promises);
    return options;
}

/// What the commands of tickets do, as far as promises are concerned.
inline Ticket create(store::Transaction& tx, std::string id, Priority priority = Priority::Normal) {
    Ticket ticket;
    ticket.id = std::move(id);
    ticket.number = tx.next_ticket_number();
    ticket.org = tx.org();
    ticket.priority = priority;
    ticket.requester = store::testing::kCustomer.ref();
    ticket.created_at_us = ticket.updated_at_us = tx.now_us();
    tx.complete(nullptr, ticket);
    tx.tickets().insert(ticket);
    return ticket;
}

template <class Change>
void change(store::Transaction& tx, const std::string& id, Change change) {
    const Ticket before = tx.tickets().find(id).value();
    Ticket after = before;
    change(after, tx.now_us());
    ++after.version;
    tx.complete(&before, after);
    tx.tickets().update(after);
}

inline void answer(Ticket& ticket, std::int64_t now_us) { ticket.first_responded_at_us = now_us; }

}  // namespace desk::sla::testing
