#include "desk/model/sla_clock.hpp"

#include <algorithm>
#include <array>

namespace desk {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kMinuteUs = 60 * kSecondUs;
constexpr std::int64_t kInTimeUs = kSecondUs;
// Nobody changes a ticket's status as often by hand; of what does, the oldest changes are forgotten.
constexpr std::size_t kMaxHistory = 256;
constexpr std::array kGoals{SlaGoal::FirstResponse, SlaGoal::NextResponse, SlaGoal::Resolution};

/// Takes down the status; whether it is another.
bool note_status(TicketSla& sla, TicketStatus status, std::int64_t now_us) {
    auto& history = sla.history;
    if (history.back().status == status) return false;
    // A clock that was put back must not make time run backwards.
    history.push_back({std::max(now_us, history.back().since_us), status});
    if (history.size() > kMaxHistory) history.erase(history.begin() + 1);
    return true;
}

void stop(SlaTarget& target, SlaState state) {
    target.state = state;
    target.since_us.reset();
    target.warn_us.reset();
    target.due_us.reset();
}

}  // namespace

bool SlaClock::runs(SlaGoal goal, TicketStatus status) const {
    if (is_done(status)) return false;
    return goal != SlaGoal::Resolution || std::ranges::find(policy_.pause_on, status) == policy_.pause_on.end();
}

SlaTarget SlaClock::target_of(SlaGoal goal, Priority priority, std::int64_t start_us) const {
    SlaTarget target;
    target.goal = goal;
    target.start_us = start_us;
    const auto& seconds = policy_.promises[static_cast<std::size_t>(goal)][static_cast<std::size_t>(priority)];
    if (!seconds) {
        target.state = SlaState::Cancelled;
        return target;
    }
    target.promised_us = *seconds * kSecondUs;
    target.warn_after_us = policy_.warn_at.minutes_before ? target.promised_us - *policy_.warn_at.minutes_before * kMinuteUs
                                                          : target.promised_us / 100 * policy_.warn_at.percent;
    return target;
}

void SlaClock::place(SlaTarget& target, const std::vector<TicketSla::Stretch>& history) const {
    if (target.promised_us == 0) return stop(target, SlaState::Cancelled);
    target.used_us = 0;
    std::optional<std::int64_t> since;
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (!runs(target.goal, history[i].status)) continue;
        // Before its own beginning nothing counts, and the ticket's first status counts from there.
        const std::int64_t from = std::max(history[i].since_us, target.start_us);
        if (i + 1 == history.size())
            since = from;
        else
            target.used_us += time_.between(from, history[i + 1].since_us);
    }
    if (!since) return stop(target, is_done(history.back().status) ? SlaState::Cancelled : SlaState::Paused);
    target.state = SlaState::Running;
    target.finished_us.reset();
    target.since_us = since;
    target.due_us = time_.add(*since, target.promised_us - target.used_us);
    target.warn_us.reset();
    if (!target.warned) target.warn_us = time_.add(*since, target.warn_after_us - target.used_us);
}

void SlaClock::finish(SlaTarget& target, std::int64_t at_us) const {
    at_us = std::max(at_us, target.start_us);
    if (target.since_us) target.used_us += time_.between(*target.since_us, at_us);
    const bool breached = target.due_us && at_us >= *target.due_us;
    target.state = breached ? SlaState::Breached : SlaState::Met;
    target.finished_us = breached ? target.due_us : at_us;
    target.since_us.reset();
    target.warn_us.reset();
}

void SlaClock::respond_first(TicketSla& sla, const Ticket& ticket, bool moved, std::int64_t now_us) const {
    SlaTarget* target = sla.find(SlaGoal::FirstResponse);
    if (target == nullptr || target->is_over()) return;
    if (!ticket.first_responded_at_us) {
        if (moved) place(*target, sla.history);
        return;
    }
    if (target->state == SlaState::Running) return finish(*target, std::min(*ticket.first_responded_at_us, now_us));
    stop(*target, SlaState::Cancelled);
}

void SlaClock::respond_next(TicketSla& sla, const Ticket& ticket, std::int64_t now_us) const {
    const bool done = is_done(ticket.status);
    SlaTarget* target = sla.find(SlaGoal::NextResponse);
    if (target != nullptr && target->state == SlaState::Running && (done || ticket.waiting_since_us != target->start_us))
        done ? stop(*target, SlaState::Cancelled) : finish(*target, now_us);
    const bool waits = ticket.waiting_since_us && ticket.first_responded_at_us && !done;
    if (!waits) return;
    if (target != nullptr && target->start_us == *ticket.waiting_since_us) {
        if (target->state == SlaState::Cancelled) place(*target, sla.history);
        return;
    }
    SlaTarget next = target_of(SlaGoal::NextResponse, ticket.priority, *ticket.waiting_since_us);
    place(next, sla.history);
    if (target == nullptr)
        sla.targets.insert(std::ranges::find(sla.targets, SlaGoal::Resolution, &SlaTarget::goal), next);
    else
        *target = next;
}

void SlaClock::resolve(TicketSla& sla, const Ticket& ticket, bool moved, std::int64_t now_us) const {
    SlaTarget* target = sla.find(SlaGoal::Resolution);
    if (target == nullptr || target->state == SlaState::Breached || !moved) return;
    if (!is_done(ticket.status)) return place(*target, sla.history);
    const bool open = target->state == SlaState::Running || target->state == SlaState::Paused;
    if (open) finish(*target, std::min(ticket.resolved_at_us.value_or(now_us), now_us));
}

void SlaClock::settle(TicketSla& sla, const Ticket& ticket, bool moved, std::int64_t now_us) const {
    respond_first(sla, ticket, moved, now_us);
    respond_next(sla, ticket, now_us);
    resolve(sla, ticket, moved, now_us);
}

TicketSla SlaClock::begin(const Ticket& ticket, std::int64_t now_us) const {
    TicketSla sla;
    // What it went through before nobody has taken down; a ticket that is new went through nothing.
    sla.history.push_back({std::min(ticket.created_at_us, now_us), TicketStatus::New});
    count_again(sla, ticket, now_us);
    return sla;
}

void SlaClock::follow(TicketSla& sla, const Ticket& ticket, std::int64_t now_us) const {
    const bool moved = note_status(sla, ticket.status, now_us);
    settle(sla, ticket, moved, now_us);
}

void SlaClock::count_again(TicketSla& sla, const Ticket& ticket, std::int64_t now_us) const {
    sla.policy = policy_.id;
    const std::int64_t start = sla.history.front().since_us;
    std::vector<SlaTarget> before = std::move(sla.targets);
    sla.targets.clear();
    for (const SlaGoal goal : kGoals) {
        const auto old = std::ranges::find(before, goal, &SlaTarget::goal);
        if (old != before.end() && (old->state == SlaState::Breached || (old->state == SlaState::Met && goal != SlaGoal::Resolution))) {
            sla.targets.push_back(*old);
            continue;
        }
        // A wait that ended while nothing was promised for it.
        const bool waits = old != before.end() && (old->state != SlaState::Cancelled || ticket.waiting_since_us == old->start_us);
        if (goal == SlaGoal::NextResponse && !waits) continue;
        SlaTarget target = target_of(goal, ticket.priority, old == before.end() ? start : old->start_us);
        if (old != before.end()) {
            target.warned = old->warned;
            if (old->state == SlaState::Met) {
                target.state = target.promised_us == 0 ? SlaState::Cancelled : SlaState::Met;
                target.due_us = old->due_us;
                target.finished_us = old->finished_us;
                sla.targets.push_back(target);
                continue;
            }
        }
        // By the status it had until now: what this change does to it is done below.
        place(target, sla.history);
        sla.targets.push_back(target);
    }
    const bool moved = note_status(sla, ticket.status, std::min(now_us, ticket.resolved_at_us.value_or(now_us)));
    settle(sla, ticket, moved, now_us);
}

std::vector<SlaFiring> SlaClock::fire(TicketSla& sla, std::int64_t now_us) const {
    std::vector<SlaFiring> firings;
    for (SlaTarget& target : sla.targets) {
        const auto at = target.fires_us();
        if (!at || *at > now_us) continue;
        const std::int64_t due = *target.due_us;
        const bool breach = due <= now_us;
        target.warned = true;
        target.warn_us.reset();
        SlaFiring& firing = firings.emplace_back(SlaFiring{.goal = target.goal, .breach = breach, .due_us = due});
        if (breach) {
            firing.late = now_us - due > kInTimeUs;
            finish(target, due);
        } else {
            const std::int64_t left = target.promised_us - target.used_us - time_.between(*target.since_us, now_us);
            firing.minutes_left = std::max<std::int64_t>(0, (left + kMinuteUs - 1) / kMinuteUs);
        }
    }
    return firings;
}

void give_up(TicketSla& sla, const Ticket& ticket, std::int64_t now_us) {
    note_status(sla, ticket.status, now_us);
    sla.policy.clear();
    for (SlaTarget& target : sla.targets) {
        if (!target.is_over()) stop(target, SlaState::Cancelled);
    }
}

}  // namespace desk
