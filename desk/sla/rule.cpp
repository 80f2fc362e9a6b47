#include "desk/sla/rule.hpp"

#include <algorithm>
#include <optional>

#include "desk/sla/events.hpp"
#include "desk/sla/policies.hpp"
#include "desk/sla/targets.hpp"

namespace desk::sla {
namespace {

using store::Transaction;

/// A policy with its working time.
struct Promise {
    SlaPolicy policy;
    BusinessTime time;
    SlaClock clock() const { return {policy, time}; }
};

Promise promise_of(Transaction& tx, SlaPolicy policy) {
    Promise promise{std::move(policy), {}};
    if (!promise.policy.calendar) return promise;
    const auto calendar = Calendars(tx.session(), tx.org()).find(*promise.policy.calendar);
    if (!calendar) return promise;
    // Zones were known when they were written, and the server does not start without them.
    if (auto time = BusinessTime::of(*calendar)) promise.time = std::move(*time);
    return promise;
}

std::optional<Promise> stored_promise(Transaction& tx, const std::string& id) {
    auto policy = Policies(tx.session(), tx.org()).find(id);
    return policy ? std::optional(promise_of(tx, std::move(*policy))) : std::nullopt;
}

std::optional<Promise> first_match(Transaction& tx, const Ticket& ticket) {
    for (SlaPolicy& policy : Policies(tx.session(), tx.org()).all()) {
        if (policy.active && matches(policy.match, ticket)) return promise_of(tx, std::move(policy));
    }
    return std::nullopt;
}

bool is_due(const TicketSla& sla, std::int64_t now_us) {
    return std::ranges::any_of(sla.targets, [now_us](const SlaTarget& target) {
        const auto at = target.fires_us();
        return at && *at <= now_us;
    });
}

/// Whether a clock may have to be moved.
bool concerns_clocks(const Ticket& before, const Ticket& after) {
    return before.status != after.status || before.waiting_since_us != after.waiting_since_us ||
           before.first_responded_at_us != after.first_responded_at_us || before.resolved_at_us != after.resolved_at_us;
}

FireOutcome tell(Transaction& tx, const Ticket& ticket, const std::vector<SlaFiring>& firings) {
    FireOutcome outcome;
    if (firings.empty()) return outcome;
    const AccessRules rules = tx.orgs().rules();
    for (const SlaFiring& firing : firings) {
        tx.append(sla_fired(ticket, firing, rules));
        tx.raise(SlaFired{ticket, firing});
        ++outcome.fired;
    }
    return outcome;
}

/// Writes the rows of what differs from `before`, and says so.
void keep(Transaction& tx, const std::string& ticket, const std::optional<TicketSla>& before, const TicketSla& after) {
    Targets(tx.session(), tx.org()).save(ticket, before, after, tx.now_us());
    tx.raise(PromisesChanged{before ? &*before : nullptr, after});
}

/// What was due before the change is told of the ticket as it was before it.
void fire_before(Transaction& tx, const Ticket& before, Ticket& after, const Promise& promise) {
    const auto firings = promise.clock().fire(*after.sla, tx.now_us());
    if (firings.empty()) return;
    Ticket as_it_was = before;
    as_it_was.sla = after.sla;
    tell(tx, as_it_was, firings);
}

void match_anew(Transaction& tx, Ticket& after) {
    const std::int64_t now_us = tx.now_us();
    const auto promise = first_match(tx, after);
    if (!promise) {
        if (after.sla) give_up(*after.sla, after, now_us);
    } else if (after.sla) {
        promise->clock().count_again(*after.sla, after, now_us);
    } else {
        after.sla = promise->clock().begin(after, now_us);
    }
}

}  // namespace

void keep_promises(Transaction& tx, const Ticket* before, Ticket& after) {
    if (tx.sla_policies() == 0) return;
    const std::int64_t now_us = tx.now_us();
    const bool other_match = before == nullptr || match_differs(*before, after);
    const bool promised = after.sla && !after.sla->policy.empty();
    const bool due = promised && is_due(*after.sla, now_us);
    if (!other_match && !due && !(after.sla && concerns_clocks(*before, after))) return;

    const std::optional<TicketSla> was = after.sla;
    const auto promise = promised ? stored_promise(tx, after.sla->policy) : std::nullopt;
    if (promise && due) fire_before(tx, *before, after, *promise);
    if (other_match)
        match_anew(tx, after);
    else if (promise)
        promise->clock().follow(*after.sla, after, now_us);
    else if (after.sla)
        give_up(*after.sla, after, now_us);
    if (after.sla) keep(tx, after.id, was, *after.sla);
}

Result<FireOutcome> run(Transaction& tx, const FirePromises& command) {
    Targets targets(tx.session(), tx.org());
    targets.claim(command.ticket, tx.now_us());
    auto ticket = tx.tickets().find(command.ticket);
    if (!ticket || !ticket->sla) return FireOutcome{};
    const TicketSla was = *ticket->sla;
    const auto promise = stored_promise(tx, was.policy);
    const auto firings = promise ? promise->clock().fire(*ticket->sla, tx.now_us()) : std::vector<SlaFiring>();
    // All rows: what was claimed is set to the next time.
    targets.save(ticket->id, std::nullopt, *ticket->sla, tx.now_us());
    if (!firings.empty()) {
        tx.raise(PromisesChanged{&was, *ticket->sla});
        tx.tickets().save_sla(ticket->id, *ticket->sla);
    }
    return tell(tx, *ticket, firings);
}

Result<RecountOutcome> run(Transaction& tx, const RecountPolicy& command) {
    Targets targets(tx.session(), tx.org());
    const auto promise = stored_promise(tx, command.policy);
    const auto after = recount_position(tx.session(), tx.org(), command.policy);
    if (!after) return RecountOutcome{};
    const auto tickets = targets.tickets_of(command.policy, *after, command.limit);
    for (const std::string& id : tickets) {
        auto ticket = tx.tickets().find(id);
        if (!promise || !ticket || !ticket->sla || ticket->sla->policy != command.policy) continue;
        const std::optional<TicketSla> was = ticket->sla;
        promise->clock().count_again(*ticket->sla, *ticket, tx.now_us());
        keep(tx, id, was, *ticket->sla);
        tx.tickets().save_sla(id, *ticket->sla);
    }
    const Recount at{tx.org(), command.policy, tickets.empty() ? *after : tickets.back()};
    const bool more = static_cast<std::int64_t>(tickets.size()) == command.limit;
    more ? move_recount(tx.session(), at) : end_recount(tx.session(), at);
    return RecountOutcome{more};
}

}  // namespace desk::sla
