#include "desk/sla/rule.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "desk/sla/targets.hpp"
#include "desk/sla/testing/promised_tickets.hpp"

namespace desk::sla {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using store::testing::CommandTest;
using store::testing::kAdmin;

/// The store's clock goes on a second with everything it is asked.
class PromisedTickets : public CommandTest {
protected:
    PromisedTickets() : CommandTest(with_promises()) {}

    void promise(PolicyFields fields = an_hour(), std::string id = "gold") {
        ASSERT_TRUE(run(kAdmin, CreatePolicy{std::move(id), std::move(fields)}).has_value());
    }
    void create(std::string id = "T", Priority priority = Priority::Normal) {
        write([&](store::Transaction& tx) { testing::create(tx, std::move(id), priority); });
        store_.take_rows();
    }
    template <class Change>
    void change(Change how) {
        write([&](store::Transaction& tx) { testing::change(tx, "T", how); });
    }
    Ticket ticket() {
        return read([](const store::Snapshot& snapshot) { return snapshot.tickets().find("T").value(); });
    }
    SlaTarget target(SlaGoal goal) { return *ticket().sla.value().find(goal); }
    /// The names of what is told when the timers of T are looked at.
    std::vector<std::string> fire() {
        write([](store::Transaction& tx) { EXPECT_TRUE(sla::run(tx, FirePromises{"T"}).has_value()); });
        return store_.take_names();
    }
    DueTickets due(std::chrono::microseconds from_now = 0s) {
        return read([&](const store::Snapshot& s) { return due_tickets(s.session(), s.now_us() + from_now.count(), 10); });
    }
};

using Names = std::vector<std::string>;

TEST_F(PromisedTickets, WithoutAPolicyNothingIsKept) {
    create();
    EXPECT_FALSE(ticket().sla.has_value());
    EXPECT_TRUE(due(1000h).due.empty());
    EXPECT_EQ(due().next_us, std::nullopt);
}

TEST_F(PromisedTickets, HaveATimerForTheNextThingToTell) {
    promise();
    create();
    const auto first = target(SlaGoal::FirstResponse);
    EXPECT_EQ(first.due_us, ticket().created_at_us + kHourUs);
    EXPECT_EQ(due().next_us, first.warn_us);
    EXPECT_EQ(due(2h).due, (std::vector<DueTicket>{{"acme", "T"}}));
    change(answer);
    EXPECT_EQ(due().next_us, target(SlaGoal::Resolution).warn_us);
}

TEST_F(PromisedTickets, AreToldOfOnce) {
    promise();
    create();
    store_.move_clock(49min);
    const auto version = ticket().version;
    EXPECT_EQ(fire(), Names{"ticket:sla:warning"});
    EXPECT_EQ(fire(), Names{});
    EXPECT_EQ(due().next_us, target(SlaGoal::FirstResponse).due_us);
    store_.move_clock(61min);
    EXPECT_EQ(fire(), Names{"ticket:sla:breached"});
    EXPECT_EQ(fire(), Names{});
    EXPECT_EQ(ticket().version, version);
    EXPECT_TRUE(due().due.empty());
}

TEST_F(PromisedTickets, TheEventsSayWhatAndWhenAndNothingToCustomers) {
    promise();
    create();
    change([](Ticket& t, std::int64_t) {
        t.team = "t1";
        t.assignee = store::testing::kAgent.ref();
    });
    store_.move_clock(59min);
    write([](store::Transaction& tx) { (void)sla::run(tx, FirePromises{"T"}); });
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].customers, Customers::Nothing);
    EXPECT_EQ(rows[0].audience.staff_rooms, (std::vector<std::string>{"admins", "ticket:T:staff", "team:t1:staff"}));
    EXPECT_EQ(rows[0].audience.users, std::vector<std::string>{"alex"});
    EXPECT_TRUE(rows[0].payload.contains(R"("ticket":{"id":"T")"));
    EXPECT_TRUE(rows[0].payload.contains(R"("minutesLeft":1,"target":"first_response")")) << rows[0].payload;
    EXPECT_TRUE(rows[0].payload.contains(R"("warned":true)"));
}

TEST_F(PromisedTickets, WhereAgentsSeeOnlyTheirOwnTheTeamIsNotTold) {
    promise();
    create();
    set_visibility(AgentScope::Assigned);
    change([](Ticket& t, std::int64_t) { t.team = "t1"; });
    store_.move_clock(59min);
    write([](store::Transaction& tx) { (void)sla::run(tx, FirePromises{"T"}); });
    EXPECT_EQ(store_.take_rows().at(0).audience.staff_rooms, (std::vector<std::string>{"admins", "ticket:T:staff"}));
}

TEST_F(PromisedTickets, WhatWasDueBeforeAnAnswerIsToldBeforeIt) {
    promise();
    create();
    store_.move_clock(61min);
    change(answer);
    EXPECT_EQ(store_.take_names(), Names{"ticket:sla:breached"});
    EXPECT_EQ(target(SlaGoal::FirstResponse).state, SlaState::Breached);
    EXPECT_EQ(fire(), Names{});
}

TEST_F(PromisedTickets, AnAnswerInTimeLeavesNothingToTell) {
    promise();
    create();
    store_.move_clock(40min);
    change(answer);
    store_.move_clock(5h);
    EXPECT_EQ(fire(), Names{});
    EXPECT_EQ(target(SlaGoal::FirstResponse).state, SlaState::Met);
}

TEST_F(PromisedTickets, TheFirstPolicyThatMatchesHolds) {
    promise();
    PolicyFields urgent = an_hour("Urgent");
    (*urgent.promises)[0].fill(600);
    urgent.match = SlaMatch{.priority = Priority::Urgent, .team = {}, .channel = {}, .tag = {}, .company = {}};
    urgent.position = -1;
    promise(urgent, "urgent");
    PolicyFields off = an_hour("Off");
    off.position = -2;
    off.active = false;
    promise(off, "off");
    create();
    EXPECT_EQ(ticket().sla->policy, "gold");
    change([](Ticket& t, std::int64_t) { t.priority = Priority::Urgent; });
    EXPECT_EQ(ticket().sla->policy, "urgent");
    EXPECT_EQ(target(SlaGoal::FirstResponse).due_us, ticket().created_at_us + 10 * kMinuteUs) << "from the start";
    EXPECT_EQ(due(11min).due.size(), 1U);
}

TEST_F(PromisedTickets, WhatNoPolicyMatchesAnyMoreHasNoTimer) {
    PolicyFields urgent = an_hour();
    urgent.match = SlaMatch{.priority = Priority::Urgent, .team = {}, .channel = {}, .tag = {}, .company = {}};
    promise(urgent);
    create("T", Priority::Urgent);
    change([](Ticket& t, std::int64_t) { t.priority = Priority::Low; });
    EXPECT_EQ(due().next_us, std::nullopt);
    EXPECT_TRUE(ticket().sla->policy.empty());
    change([](Ticket& t, std::int64_t) { t.priority = Priority::Urgent; });
    EXPECT_EQ(target(SlaGoal::FirstResponse).due_us, ticket().created_at_us + kHourUs);
}

TEST_F(PromisedTickets, ATimerThatIsThereForNothingIsTakenAway) {
    promise();
    create();
    write([](store::Transaction& tx) {
        constexpr store::sql::Sql kEarly{"UPDATE sla_targets SET fires_at = 1 WHERE org = ?1"};
        tx.session().run(kEarly, tx.org());
    });
    EXPECT_EQ(due().due.size(), 1U);
    EXPECT_EQ(fire(), Names{});
    EXPECT_TRUE(due().due.empty());
    EXPECT_EQ(due().next_us, target(SlaGoal::FirstResponse).warn_us);
}

TEST_F(PromisedTickets, CountAgainWhenTheirPolicyChanges) {
    promise();
    create();
    for (int i = 0; i < 5; ++i) create("U" + std::to_string(i));
    PolicyFields stricter;
    stricter.promises = an_hour().promises;
    (*stricter.promises)[0].fill(600);
    ASSERT_TRUE(run(kAdmin, ChangePolicy{"gold", std::nullopt, stricter}).has_value());
    int batches = 0;
    for (bool more = true; more; ++batches) {
        write([&](store::Transaction& tx) { more = sla::run(tx, RecountPolicy{.policy = "gold", .limit = 4})->more; });
    }
    EXPECT_EQ(batches, 2);
    EXPECT_EQ(target(SlaGoal::FirstResponse).due_us, ticket().created_at_us + 10 * kMinuteUs);
    EXPECT_EQ(read([](const store::Snapshot& s) { return next_recount(s.session()).has_value(); }), false);
    EXPECT_EQ(due(10min).due.size(), 6U);
}

TEST_F(PromisedTickets, CountAgainWhenTheirCalendarChanges) {
    CalendarFields calendar;
    calendar.name = "Office";
    calendar.hours.emplace();
    for (auto& spans : *calendar.hours) spans = {{0, 1440}};
    ASSERT_TRUE(run(kAdmin, CreateCalendar{"office", calendar}).has_value());
    PolicyFields fields = an_hour();
    fields.calendar.emplace("office");
    promise(fields);
    create();
    const auto before = target(SlaGoal::FirstResponse).due_us.value();
    // The test's clock begins on 14 November 2023, a Tuesday, at 22:13 UTC.
    CalendarFields later;
    later.hours = calendar.hours;
    (*later.hours)[1] = {{0, 12 * 60}};
    ASSERT_TRUE(run(kAdmin, ChangeCalendar{"office", std::nullopt, later}).has_value());
    const auto recount = read([](const store::Snapshot& s) { return next_recount(s.session()); });
    ASSERT_TRUE(recount.has_value());
    EXPECT_EQ(recount->policy, "gold");
    write([&](store::Transaction& tx) { (void)sla::run(tx, RecountPolicy{.policy = "gold"}); });
    EXPECT_GT(target(SlaGoal::FirstResponse).due_us.value(), before + kHourUs);
}

}  // namespace
}  // namespace desk::sla
