#include "desk/dashboard/promises.hpp"

#include <gtest/gtest.h>

#include "desk/dashboard/facts.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::dashboard {
namespace {

constexpr PromiseKind kRunning{SlaGoal::FirstResponse, SlaState::Running, false};
constexpr PromiseKind kWarned{SlaGoal::FirstResponse, SlaState::Running, true};
constexpr PromiseKind kPaused{SlaGoal::Resolution, SlaState::Paused, false};

TicketSla sla_of(const std::vector<PromiseKind>& kinds) {
    TicketSla sla;
    for (const PromiseKind& kind : kinds) {
        SlaTarget& target = sla.targets.emplace_back();
        target.goal = kind.goal;
        target.state = kind.state;
        target.warned = kind.warned;
    }
    return sla;
}

TEST(PromiseDifference, IsWhatGoesOnNowAndDidNotBefore) {
    const TicketSla after = sla_of({kWarned, kPaused});
    EXPECT_EQ(difference(nullptr, after), (PromiseCounts{{kWarned, 1}, {kPaused, 1}}));
    const TicketSla before = sla_of({kRunning, kPaused});
    EXPECT_EQ(difference(&before, after), (PromiseCounts{{kRunning, -1}, {kWarned, 1}}));
    EXPECT_EQ(difference(&after, after), PromiseCounts{});
}

TEST(PromiseDifference, LeavesOutWhatIsOver) {
    const TicketSla before = sla_of({kRunning});
    const TicketSla after = sla_of({{SlaGoal::FirstResponse, SlaState::Met, false},
                                    {SlaGoal::NextResponse, SlaState::Cancelled, true},
                                    {SlaGoal::Resolution, SlaState::Breached, true}});
    EXPECT_EQ(difference(&before, after), (PromiseCounts{{kRunning, -1}}));
}

class PromiseCountersTest : public store::testing::CommandTest {
protected:
    /// As who keeps promises writes it.
    void promise(const std::string& ticket, const PromiseKind& kind) {
        write([&](store::Transaction& tx) {
            constexpr store::sql::Sql kPromise{
                "INSERT INTO sla_targets (org, ticket_id, target, cycle, policy_id, state, warned, due_at, finished_at, fires_at) "
                "VALUES (?1, ?2, ?3, 1, 'p', ?4, ?5, 2, NULL, NULL)"};
            tx.session().run(kPromise, tx.org(), ticket, to_string(kind.goal), to_string(kind.state), kind.warned);
        });
    }
    void add(const PromiseCounts& counts) {
        write([&](store::Transaction& tx) { PromiseCounters(tx.session(), tx.org()).add(counts); });
    }
    PromiseCounts kept() {
        return read([](const store::Snapshot& s) { return PromiseCounters(s.session(), s.org()).read(); });
    }
    PromiseCounts found() {
        return read([](const store::Snapshot& s) { return PromiseCounters(s.session(), s.org()).recount(); });
    }
};

TEST_F(PromiseCountersTest, AddUpAndForgetWhatThereIsNoneOf) {
    add({{kRunning, 2}, {kPaused, 1}});
    add({{kRunning, -1}, {kPaused, -1}, {kWarned, 1}});
    EXPECT_EQ(kept(), (PromiseCounts{{kRunning, 1}, {kWarned, 1}}));
}

TEST_F(PromiseCountersTest, AreBuiltAgainFromThePromises) {
    promise("T", kRunning);
    promise("U", kRunning);
    promise("V", kPaused);
    promise("W", {SlaGoal::FirstResponse, SlaState::Breached, true});
    add({{kRunning, 7}, {kWarned, 1}});
    EXPECT_EQ(found(), (PromiseCounts{{kRunning, 2}, {kPaused, 1}}));
    write([](store::Transaction& tx) { PromiseCounters(tx.session(), tx.org()).rebuild(); });
    EXPECT_EQ(kept(), found());
}

TEST_F(PromiseCountersTest, AreWhatTheMetricsSay) {
    add({{kRunning, 2}, {kWarned, 3}, {kPaused, 4}, {{SlaGoal::Resolution, SlaState::Paused, true}, 5}});
    const SlaFacts facts = read([](const store::Snapshot& s) { return read_facts(s, {Metric::Sla}).sla; });
    const auto& first = facts.goals[static_cast<std::size_t>(SlaGoal::FirstResponse)];
    EXPECT_EQ(first, (SlaFacts::Goal{0, 0, 5, 0, 3}));
    const auto& resolution = facts.goals[static_cast<std::size_t>(SlaGoal::Resolution)];
    EXPECT_EQ(resolution, (SlaFacts::Goal{0, 0, 0, 9, 5}));
}

}  // namespace
}  // namespace desk::dashboard
