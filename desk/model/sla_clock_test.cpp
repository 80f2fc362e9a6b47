#include "desk/model/sla_clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>

#include "sio/base/clock.hpp"

namespace desk {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::sys_days;

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kHour = 60 * kMinute;

constexpr auto index(auto value) { return static_cast<std::size_t>(value); }

SlaPolicy policy_of(std::int64_t first_s, std::int64_t next_s, std::int64_t resolution_s) {
    SlaPolicy policy;
    policy.id = "gold";
    for (std::size_t priority = 0; priority < 4; ++priority) {
        policy.promises[index(SlaGoal::FirstResponse)][priority] = first_s;
        policy.promises[index(SlaGoal::NextResponse)][priority] = next_s;
        policy.promises[index(SlaGoal::Resolution)][priority] = resolution_s;
    }
    return policy;
}

/// One ticket that lives on without a calendar: an hour to answer, half an hour to answer again, ten hours to resolve.
class SlaOfATicket : public ::testing::Test {
protected:
    void begin() {
        ticket_.created_at_us = now_ = kHour;
        ticket_.waiting_since_us = now_;
        sla_ = clock_.begin(ticket_, now_);
    }
    void pass(std::int64_t us) { now_ += us; }
    void status(TicketStatus status) {
        ticket_.set_status(status, now_);
        clock_.follow(sla_, ticket_, now_);
    }
    void answer() {
        ticket_.waiting_since_us.reset();
        if (!ticket_.first_responded_at_us) ticket_.first_responded_at_us = now_;
        clock_.follow(sla_, ticket_, now_);
    }
    void ask() {
        if (!ticket_.waiting_since_us) ticket_.waiting_since_us = now_;
        clock_.follow(sla_, ticket_, now_);
    }
    const SlaTarget& first() { return *sla_.find(SlaGoal::FirstResponse); }
    const SlaTarget& next() { return *sla_.find(SlaGoal::NextResponse); }
    const SlaTarget& resolution() { return *sla_.find(SlaGoal::Resolution); }
    std::vector<SlaFiring> fire() { return clock_.fire(sla_, now_); }

    SlaPolicy policy_ = policy_of(3600, 1800, 36'000);
    BusinessTime time_;
    SlaClock clock_{policy_, time_};
    Ticket ticket_;
    TicketSla sla_;
    std::int64_t now_ = 0;
};

TEST_F(SlaOfATicket, RunsFromTheBeginning) {
    begin();
    EXPECT_EQ(first().due_us, now_ + kHour);
    EXPECT_EQ(first().warn_us, now_ + 48 * kMinute);
    EXPECT_EQ(resolution().due_us, now_ + 10 * kHour);
    EXPECT_EQ(sla_.find(SlaGoal::NextResponse), nullptr);
}

TEST_F(SlaOfATicket, WarnsOnceThenBreachesOnce) {
    begin();
    pass(48 * kMinute - 1);
    EXPECT_TRUE(fire().empty());
    pass(1);
    EXPECT_EQ(fire(), (std::vector<SlaFiring>{{.goal = SlaGoal::FirstResponse, .due_us = 2 * kHour, .minutes_left = 12}}));
    EXPECT_TRUE(fire().empty());
    pass(12 * kMinute);
    EXPECT_EQ(fire(), (std::vector<SlaFiring>{{.goal = SlaGoal::FirstResponse, .breach = true, .due_us = 2 * kHour}}));
    EXPECT_TRUE(fire().empty());
    answer();
    EXPECT_EQ(first().state, SlaState::Breached);
}

TEST_F(SlaOfATicket, AWarningWhoseBreachIsDueTooIsDropped) {
    begin();
    pass(3 * kHour);
    EXPECT_EQ(fire(), (std::vector<SlaFiring>{{.goal = SlaGoal::FirstResponse, .breach = true, .due_us = 2 * kHour, .late = true}}));
}

TEST_F(SlaOfATicket, WhatIsMetInTimeNeverFires) {
    begin();
    pass(kHour - 1);
    (void)fire();
    answer();
    EXPECT_EQ(first().state, SlaState::Met);
    EXPECT_EQ(first().finished_us, now_);
    pass(kHour);
    EXPECT_TRUE(fire().empty());
}

TEST_F(SlaOfATicket, EachWaitIsACycleOfItsOwn) {
    begin();
    answer();
    pass(kHour);
    ask();
    EXPECT_EQ(next().due_us, now_ + 30 * kMinute);
    const auto since = now_;
    pass(kMinute);
    ask();
    EXPECT_EQ(next().start_us, since) << "the oldest unanswered message counts";
    pass(29 * kMinute);
    EXPECT_EQ(fire().size(), 1U);
    EXPECT_EQ(next().state, SlaState::Breached);
    answer();
    ask();
    EXPECT_EQ(next().state, SlaState::Running);
    EXPECT_FALSE(next().warned);
    pass(kMinute);
    status(TicketStatus::Resolved);
    EXPECT_EQ(next().state, SlaState::Cancelled);
}

TEST_F(SlaOfATicket, PendingStopsTheResolutionOnly) {
    begin();
    pass(30 * kMinute);
    status(TicketStatus::Pending);
    EXPECT_EQ(resolution().state, SlaState::Paused);
    EXPECT_EQ(resolution().due_us, std::nullopt);
    EXPECT_EQ(first().due_us, 2 * kHour);
    pass(20 * kHour);
    (void)fire();
    status(TicketStatus::Open);
    EXPECT_EQ(resolution().due_us, now_ + 9 * kHour + 30 * kMinute);
}

TEST_F(SlaOfATicket, AReopenedOneGoesOnWithWhatWasLeft) {
    begin();
    answer();
    pass(4 * kHour);
    status(TicketStatus::Resolved);
    EXPECT_EQ(resolution().state, SlaState::Met);
    pass(100 * kHour);
    EXPECT_TRUE(fire().empty());
    status(TicketStatus::Open);
    EXPECT_EQ(resolution().due_us, now_ + 6 * kHour);
}

TEST_F(SlaOfATicket, DoneWithoutAnAnswerItIsNoBreachUnlessReopened) {
    begin();
    pass(30 * kMinute);
    status(TicketStatus::Closed);
    EXPECT_EQ(first().state, SlaState::Cancelled);
    pass(kHour);
    EXPECT_TRUE(fire().empty());
    status(TicketStatus::Open);
    EXPECT_EQ(first().due_us, now_ + 30 * kMinute);
}

TEST_F(SlaOfATicket, AnotherPolicyCountsFromTheStartAndMarksStay) {
    begin();
    pass(50 * kMinute);
    EXPECT_EQ(fire().size(), 1U) << "a warning";
    const SlaPolicy strict = policy_of(1800, 600, 7200);
    SlaClock(strict, time_).count_again(sla_, ticket_, now_);
    EXPECT_EQ(first().due_us, kHour + 30 * kMinute);
    EXPECT_EQ(resolution().due_us, 3 * kHour);
    EXPECT_EQ(fire(),
              (std::vector<SlaFiring>{{.goal = SlaGoal::FirstResponse, .breach = true, .due_us = kHour + 30 * kMinute, .late = true}}));
    clock_.count_again(sla_, ticket_, now_);
    EXPECT_EQ(first().state, SlaState::Breached);
    give_up(sla_, ticket_, now_);
    EXPECT_EQ(sio::json::text(sla_).view(), "null");
    clock_.count_again(sla_, ticket_, now_);
    EXPECT_TRUE(fire().empty()) << "once is enough";
}

TEST_F(SlaOfATicket, AnImportedOneIsJudgedByItsOwnTimes) {
    ticket_.created_at_us = kHour;
    ticket_.first_responded_at_us = 2 * kHour - 1;
    ticket_.resolved_at_us = 20 * kHour;
    ticket_.status = TicketStatus::Closed;
    sla_ = clock_.begin(ticket_, 100 * kHour);
    EXPECT_EQ(first().state, SlaState::Met);
    EXPECT_EQ(resolution().state, SlaState::Breached);
    EXPECT_EQ(resolution().finished_us, 11 * kHour);
}

TEST_F(SlaOfATicket, IsStoredWhole) {
    begin();
    pass(50 * kMinute);
    (void)fire();
    answer();
    ask();
    status(TicketStatus::Pending);
    EXPECT_EQ(sla_from_stored(to_stored(sla_)), sla_);
    EXPECT_EQ(sla_from_stored("x"), std::nullopt);
}

TEST_F(SlaOfATicket, StaffSeeWhatIsPromised) {
    begin();
    pass(kMinute);
    status(TicketStatus::Pending);
    ticket_.sla = sla_;
    EXPECT_EQ(sio::json::text(sla_).view(),
              R"({"policyId":"gold","targets":[)"
              R"({"target":"first_response","dueAt":"1970-01-01T02:00:00.000Z","state":"running","warned":false},)"
              R"({"target":"resolution","dueAt":null,"state":"paused","warned":false,"remainingSec":35940}]})");
    EXPECT_TRUE(to_json(ticket_, View::Staff).contains(R"("sla":{"policyId":"gold")"));
    EXPECT_FALSE(to_json(ticket_, View::Customer).contains("sla"));
    Ticket before = ticket_;
    before.sla.reset();
    EXPECT_TRUE(diff(before, ticket_, View::Staff).previous.contains(R"("sla":null)"));
    EXPECT_TRUE(diff(before, ticket_, View::Customer).empty());
}

TEST_F(SlaOfATicket, StatusesWithoutEndAreForgottenFromTheOldest) {
    begin();
    answer();
    for (int i = 0; i < 5000; ++i) {
        pass(kMinute / 60);
        status(i % 2 == 0 ? TicketStatus::OnHold : TicketStatus::Open);
    }
    EXPECT_LE(sla_.history.size(), 256U);
    EXPECT_EQ(resolution().due_us, 11 * kHour);
}

// ---- against minutes

struct Told {
    int minute;
    SlaGoal goal;
    bool breach;
    bool operator==(const Told&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Told& told) {
    return out << told.minute << (told.breach ? " breach " : " warning ") << to_string(told.goal);
}

enum class Act : std::uint8_t { Ask, Answer, Open, Pending, OnHold, Resolve, Raise, Lower };

struct Step {
    int minute;
    Act act;
};

std::ostream& operator<<(std::ostream& out, const Step& step) { return out << step.minute << ":" << static_cast<int>(step.act); }

constexpr int kEnd = 5 * 1440;

struct World {
    std::array<SlaPolicy, 2> policies;  // by priority: normal, high
    std::array<std::vector<bool>, 2> open;
    std::vector<Step> steps;
};

void act(Ticket& ticket, Act act, std::int64_t now_us) {
    switch (act) {
        case Act::Ask:
            if (!ticket.waiting_since_us && !is_done(ticket.status)) ticket.waiting_since_us = now_us;
            return;
        case Act::Answer:
            ticket.waiting_since_us.reset();
            if (!ticket.first_responded_at_us) ticket.first_responded_at_us = now_us;
            return;
        case Act::Open: return ticket.set_status(TicketStatus::Open, now_us);
        case Act::Pending: return ticket.set_status(TicketStatus::Pending, now_us);
        case Act::OnHold: return ticket.set_status(TicketStatus::OnHold, now_us);
        case Act::Resolve: return ticket.set_status(TicketStatus::Resolved, now_us);
        case Act::Raise: ticket.priority = Priority::High; return;
        case Act::Lower: ticket.priority = Priority::Normal; return;
    }
}

/// The slow and obvious way: at every minute the worked minutes are counted anew from the beginning of each promise.
std::vector<Told> by_minutes(const World& world) {
    struct Mark {
        int start = 0;
        bool exists = false, warned = false, over = false;
    };
    std::array<Mark, 3> marks{Mark{.start = 0, .exists = true}, Mark{}, Mark{.start = 0, .exists = true}};
    std::vector<TicketStatus> status_at;
    TicketStatus status = TicketStatus::New;
    std::size_t which = 0;
    bool answered = false;
    bool waiting = true;
    std::vector<Told> told;
    auto step = world.steps.begin();
    for (int now = 0; now < kEnd; ++now) {
        const auto runs = [&](SlaGoal goal, TicketStatus s) {
            const auto& pause_on = world.policies[which].pause_on;
            return !is_done(s) && (goal != SlaGoal::Resolution || std::ranges::find(pause_on, s) == pause_on.end());
        };
        const auto look = [&] {
            for (const SlaGoal goal : {SlaGoal::FirstResponse, SlaGoal::NextResponse, SlaGoal::Resolution}) {
                Mark& mark = marks[index(goal)];
                const auto& promised = world.policies[which].promises[index(goal)][0];
                if (!mark.exists || mark.over || !promised || !runs(goal, status)) continue;
                std::int64_t worked = 0;
                for (int m = mark.start; m < now; ++m)
                    if (world.open[which][index(m)] && runs(goal, status_at[index(m)])) ++worked;
                if (worked >= *promised / 60) {
                    mark.over = mark.warned = true;
                    told.push_back({now, goal, true});
                } else if (!mark.warned && worked * 10 >= *promised / 60 * 8) {
                    mark.warned = true;
                    told.push_back({now, goal, false});
                }
            }
        };
        look();
        for (; step != world.steps.end() && step->minute == now; ++step) {
            switch (step->act) {
                case Act::Ask:
                    if (waiting || is_done(status)) break;
                    waiting = true;
                    if (answered) marks[1] = Mark{.start = now, .exists = true};
                    break;
                case Act::Answer:
                    waiting = false;
                    answered = true;
                    marks[0].exists = marks[1].exists = false;
                    break;
                case Act::Open: status = TicketStatus::Open; break;
                case Act::Pending: status = TicketStatus::Pending; break;
                case Act::OnHold: status = TicketStatus::OnHold; break;
                case Act::Resolve:
                    status = TicketStatus::Resolved;
                    waiting = false;
                    marks[1].exists = false;
                    break;
                case Act::Raise: which = 1; break;
                case Act::Lower: which = 0; break;
            }
            look();
        }
        status_at.push_back(status);
    }
    return told;
}

/// The clocks, woken when they say and by each change.
std::vector<Told> by_clocks(const World& world, const std::array<BusinessTime, 2>& times, std::int64_t start_us) {
    std::vector<Told> told;
    Ticket ticket;
    ticket.created_at_us = start_us;
    ticket.waiting_since_us = start_us;
    const auto clock = [&] {
        const std::size_t which = ticket.priority == Priority::High ? 1 : 0;
        return SlaClock(world.policies[which], times[which]);
    };
    TicketSla sla = clock().begin(ticket, start_us);
    const auto fire = [&](std::int64_t now_us) {
        for (const SlaFiring& firing : clock().fire(sla, now_us))
            told.push_back({static_cast<int>((now_us - start_us) / kMinute), firing.goal, firing.breach});
        sla = sla_from_stored(to_stored(sla)).value();
    };
    const auto run_until = [&](std::int64_t end_us) {
        for (;;) {
            std::optional<std::int64_t> next;
            for (const SlaTarget& target : sla.targets) {
                if (const auto at = target.fires_us(); at && (!next || *at < *next)) next = at;
            }
            if (!next || *next > end_us) return;
            fire(*next);
        }
    };
    for (const Step& step : world.steps) {
        const std::int64_t now_us = start_us + step.minute * kMinute;
        run_until(now_us);
        const Ticket before = ticket;
        act(ticket, step.act, now_us);
        if (match_differs(before, ticket))
            clock().count_again(sla, ticket, now_us);
        else
            clock().follow(sla, ticket, now_us);
        fire(now_us);
    }
    run_until(start_us + (kEnd - 1) * kMinute);
    return told;
}

Calendar some_calendar(sys_days first) {
    Calendar calendar;
    calendar.timezone = *rc::gen::element<std::string>("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu");
    for (auto& spans : calendar.hours) {
        const int from = *rc::gen::inRange(0, 1200);
        const int to = *rc::gen::inRange(from + 60, 1441);
        if (*rc::gen::inRange(0, 5) > 0) spans = {{from, to}};
    }
    if (*rc::gen::arbitrary<bool>()) calendar.holidays = {{first + days(*rc::gen::inRange(0, 5)), {0, *rc::gen::inRange(1, 1441)}, {}}};
    return calendar;
}

RC_GTEST_PROP(SlaClockProperty, TellsWhatCountingMinutesTells, ()) {
    const sys_days first = *rc::gen::element(sys_days(2026y / 3 / 27), sys_days(2026y / 10 / 23), sys_days(2026y / 3 / 6),
                                             sys_days(2026y / 6 / 1));
    const std::int64_t start_us = std::chrono::microseconds(first.time_since_epoch()).count();
    World world;
    std::array<BusinessTime, 2> times;
    for (std::size_t which = 0; which < 2; ++which) {
        if (*rc::gen::inRange(0, 3) > 0) times[which] = BusinessTime::of(some_calendar(first)).value();
        for (int m = 0; m < kEnd; ++m)
            world.open[which].push_back(times[which].between(start_us + m * kMinute, start_us + (m + 1) * kMinute) > 0);
        const auto promise = [] { return *rc::gen::inRange<std::int64_t>(1, 400) * 300; };
        world.policies[which] = policy_of(promise(), promise(), promise());
        if (*rc::gen::arbitrary<bool>()) world.policies[which].pause_on.push_back(TicketStatus::OnHold);
    }
    for (int i = *rc::gen::inRange(0, 25); i > 0; --i)
        world.steps.push_back({*rc::gen::inRange(1, kEnd), static_cast<Act>(*rc::gen::inRange(0, 8))});
    std::ranges::sort(world.steps, {}, &Step::minute);
    auto slow = by_minutes(world);
    auto fast = by_clocks(world, times, start_us);
    const auto order = [](const Told& a, const Told& b) {
        return std::tuple(a.minute, a.goal, a.breach) < std::tuple(b.minute, b.goal, b.breach);
    };
    std::ranges::sort(slow, order);
    std::ranges::sort(fast, order);
    RC_LOG() << rc::toString(world.steps) << "\n";
    RC_ASSERT(fast == slow);
}

}  // namespace
}  // namespace desk
