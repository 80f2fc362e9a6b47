#include "desk/presence/testing/lease_book.hpp"

#include <algorithm>

namespace desk::presence {

LeaseBook::Incarnation LeaseBook::take(std::int64_t until_ms, Registry::Listener* listener) {
    leases_.push_back({++last_, until_ms, listener});
    return last_;
}

LeaseBook::Lease* LeaseBook::find(Incarnation lease) {
    const auto found = std::ranges::find(leases_, lease, &Lease::id);
    return found == leases_.end() ? nullptr : &*found;
}

bool LeaseBook::renew(Incarnation lease, std::int64_t now_ms, std::int64_t until_ms) {
    Lease* const held = find(lease);
    if (held == nullptr || held->until_ms <= now_ms) return false;
    held->until_ms = until_ms;
    return true;
}

bool LeaseBook::report(Incarnation lease, std::string_view person, Tally share, Cause cause) {
    return set(lease, person, share, false, cause);
}

bool LeaseBook::hand_over(Incarnation lease, std::string_view person) {
    return set(lease, person, {.connections = 1, .away = 0}, true, Cause::Inferred);
}

bool LeaseBook::set(Incarnation lease, std::string_view person, Tally share, bool handed_over, Cause cause) {
    if (find(lease) == nullptr) return false;
    auto at = people_.find(person);
    if (at == people_.end()) {
        if (share.connections == 0) return true;
        at = people_.emplace(std::string(person), Shares()).first;
    }
    Shares& shares = at->second;
    const Tally before = sum(shares);
    // They are back: nobody waits for them any more.
    std::erase_if(shares, [&](const Share& each) { return each.lease == lease || each.handed_over; });
    if (share.connections > 0) shares.push_back({lease, share, handed_over});
    const Tally after = sum(shares);
    if (shares.empty()) people_.erase(at);
    if (after != before) tell(person, after, cause, lease);
    return true;
}

void LeaseBook::claim(std::int64_t now_ms) {
    std::vector<Incarnation> lapsed;
    for (const Lease& each : leases_) {
        if (each.until_ms <= now_ms) lapsed.push_back(each.id);
    }
    for (const Incarnation lease : lapsed) drop(lease);
}

void LeaseBook::drop(Incarnation lease) {
    if (std::erase_if(leases_, [&](const Lease& each) { return each.id == lease; }) == 0) return;
    std::vector<std::pair<std::string, Tally>> changed;
    for (auto at = people_.begin(); at != people_.end();) {
        const bool had = std::erase_if(at->second, [&](const Share& each) { return each.lease == lease; }) > 0;
        if (had) changed.emplace_back(at->first, sum(at->second));
        at = at->second.empty() ? people_.erase(at) : std::next(at);
    }
    for (const auto& [person, total] : changed) tell(person, total, Cause::Inferred, lease);
}

void LeaseBook::silence(Incarnation lease) {
    if (Lease* const held = find(lease)) held->listener = nullptr;
}

void LeaseBook::tell(std::string_view person, Tally total, Cause cause, Incarnation by) {
    for (const Lease& each : leases_) {
        if (each.listener != nullptr) each.listener->total(person, total, cause, each.id == by);
    }
}

Tally LeaseBook::sum(const Shares& shares) {
    Tally total;
    for (const Share& each : shares) total += each.tally;
    return total;
}

LeaseRegistry::LeaseRegistry(LeaseBook& book, Listener& listener, std::int64_t lease_ms, std::int64_t now_ms)
    : book_(book), listener_(listener), lease_ms_(lease_ms), lease_(book.take(now_ms + lease_ms, &listener)) {}

void LeaseRegistry::report(std::string_view person, Tally mine, Cause cause) {
    if (mine.connections > 0)
        mine_.insert_or_assign(std::string(person), mine);
    else
        mine_.erase(std::string(person));
    book_.report(lease_, person, mine, cause);
}

void LeaseRegistry::tick(std::int64_t now_ms) {
    if (!book_.renew(lease_, now_ms, now_ms + lease_ms_)) {
        // The new share first, then the end of the old one: in between people have more connections, never fewer.
        const auto lost = lease_;
        lease_ = book_.take(now_ms + lease_ms_, &listener_);
        for (const auto& [person, share] : mine_) book_.report(lease_, person, share, Cause::Inferred);
        book_.drop(lost);
    }
    book_.claim(now_ms);
}

}  // namespace desk::presence
