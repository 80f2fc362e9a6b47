#include "desk/presence/person.hpp"

#include <algorithm>

namespace desk::presence {

void Person::connections(Tally total, Cause cause, std::int64_t now_ms, std::int64_t lapse_ms) {
    // Of what is only inferred, the last that is known for certain stands.
    const bool certain = cause != Cause::Inferred;
    if (total.connections > 0) {
        if (!present() && kept_.manual && now_ms - std::max(kept_.alive_ms, kept_.manual_ms) > lapse_ms) kept_.manual.reset();
        waiting_ = Waiting::No;
        away_ = total.away == total.connections;
    } else if (total_.connections > 0) {
        if (certain) kept_ = kept(now_ms);
        waiting_ = cause == Cause::OnPurpose ? Waiting::ShortGrace : Waiting::Grace;
    }
    total_ = total;
    if (certain && total.connections > 0) kept_ = kept(now_ms);
}

void Person::choose(const Chosen& chosen, std::int64_t now_ms) {
    if (chosen.at_ms < kept_.manual_ms) return;
    kept_.seen_ms = last_seen(now_ms);
    if (chosen.status == PresenceStatus::Online)
        kept_.manual.reset();
    else
        kept_.manual = chosen.status;
    kept_.manual_ms = chosen.at_ms;
}

void Person::grace_over() { waiting_ = Waiting::No; }

PresenceStatus Person::status() const {
    if (!present()) return PresenceStatus::Offline;
    if (kept_.manual) return *kept_.manual;
    return away_ ? PresenceStatus::Away : PresenceStatus::Online;
}

std::int64_t Person::last_seen(std::int64_t now_ms) const {
    return total_.connections > 0 && visible() ? std::max(now_ms, kept_.seen_ms) : kept_.seen_ms;
}

Kept Person::kept(std::int64_t now_ms) const {
    Kept kept = kept_;
    kept.seen_ms = last_seen(now_ms);
    if (total_.connections > 0) kept.alive_ms = std::max(now_ms, kept.alive_ms);
    return kept;
}

}  // namespace desk::presence
