#include "desk/cluster/roll.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "desk/cluster/testing/roll_server.hpp"

namespace desk::cluster {
namespace {

using sio::cluster::testing::ValkeyServer;
using ::testing::ElementsAre;
using testing::hasty;
using testing::Heard;
using ::testing::IsEmpty;
using testing::RollServer;
using State = std::map<std::string, std::string>;

class RollTest : public ::testing::Test {
protected:
    RollTest() {
        for (auto* each : {&one, &two}) each->emplace(valkey.url(), hasty(each == &one ? "one" : "two"));
        EXPECT_TRUE(until([&] { return one->in_touch() && two->in_touch(); }));
    }
    bool until(const std::function<bool()>& done) {
        testing::RollServers servers;
        for (auto* each : {&one, &two, &three}) {
            if (*each && (*each)->roll && &**each != frozen) servers.push_back(&**each);
        }
        return testing::turn_until(servers, done);
    }
    /// Whatever is on its way has come: each has heard of a share that the last to change anything puts now.
    void settle(RollServer& last) {
        last.put("settled", std::to_string(++settled_));
        const auto has = [&](const std::optional<RollServer>& each) {
            return !each || !each->roll || &*each == frozen || each->heard.state.contains("settled");
        };
        ASSERT_TRUE(until([&] { return has(one) && has(two) && has(three); }));
        last.put("settled", "");
        const auto clear = [&](const std::optional<RollServer>& each) {
            return !each || !each->roll || &*each == frozen || !each->heard.state.contains("settled");
        };
        ASSERT_TRUE(until([&] { return clear(one) && clear(two) && clear(three); }));
        for (auto* each : {&one, &two, &three}) {
            if (*each) std::erase_if((*each)->heard.changes, [](const std::string& text) { return text.starts_with("settled="); });
        }
    }
    void forget() {
        for (auto* each : {&one, &two, &three}) {
            if (*each) (*each)->heard.changes.clear(), (*each)->heard.ours = 0;
        }
    }
    /// Valkey goes and is back, with nothing in it; all have noticed.
    void restart_valkey() {
        valkey.kill();
        ASSERT_TRUE(until([&] { return !one->in_touch() && !two->in_touch(); }));
        valkey.start();
    }

    ValkeyServer valkey;
    std::optional<RollServer> one;
    std::optional<RollServer> two;
    std::optional<RollServer> three;
    RollServer* frozen = nullptr;

private:
    int settled_ = 0;
};

TEST_F(RollTest, ChangesAreSeenByAllOnceAndInOneOrder) {
    one->put("ann", "1");
    ASSERT_TRUE(until([&] { return two->heard.state.contains("ann"); }));
    two->put("ann", "2");
    settle(*two);
    one->put("ann", "");
    settle(*one);
    two->put("ann", "", Why::OnPurpose);
    settle(*two);
    EXPECT_THAT(one->heard.changes, ElementsAre("ann=1", "ann=1+2", "ann=2", "ann="));
    EXPECT_EQ(two->heard.changes, one->heard.changes);
    EXPECT_EQ(one->roll->stats().keys, 0U);
}

TEST_F(RollTest, WhoComesLaterKnowsAll) {
    for (int i = 0; i < 600; ++i) one->put("k" + std::to_string(i), std::to_string(i));
    settle(*one);
    three.emplace(valkey.url(), hasty("three"));
    ASSERT_TRUE(until([&] { return three->in_touch(); }));
    EXPECT_EQ(three->heard.state, one->heard.state);
    EXPECT_EQ(three->heard.state.size(), 600U);
}

TEST_F(RollTest, WhatADeadServerLeavesIsClaimedOnceInBatches) {
    three.emplace(valkey.url(), hasty("three"));
    ASSERT_TRUE(until([&] { return three->in_touch(); }));
    for (int i = 0; i < 1000; ++i) three->put("k" + std::to_string(i), "1");
    settle(*three);
    one->put("k7", "2");
    settle(*one);
    forget();
    three->die();
    ASSERT_TRUE(until([&] { return one->heard.state.size() == 1 && two->heard.state.size() == 1; }));
    settle(*one);
    for (const auto* each : {&*one, &*two}) {
        EXPECT_EQ(each->heard.changes.size(), 1000U);
        EXPECT_EQ(each->heard.state, (State{{"k7", "2"}}));
    }
    ASSERT_TRUE(until([&] { return one->roll->stats().leases == 2 && two->roll->stats().leases == 2; }));
    EXPECT_EQ(one->heard.ours + two->heard.ours, 1002) << "and the two that settle";
    EXPECT_EQ(one->roll->stats().claimed + two->roll->stats().claimed, 1U);
}

TEST_F(RollTest, AFrozenServerTakesANewLeaseAndReportsAllAnew) {
    one->put("ann", "1");
    one->put("bob", "1");
    settle(*one);
    frozen = &*one;
    ASSERT_TRUE(until([&] { return two->heard.state.empty(); }));
    // What it was about to write is refused.
    one->put("bob", "");
    one->put("cem", "1");
    frozen = nullptr;
    ASSERT_TRUE(until([&] { return two->heard.state == (State{{"ann", "1"}, {"cem", "1"}}); }));
    ASSERT_TRUE(until([&] { return one->heard.state == two->heard.state && one->in_touch(); }));
    EXPECT_EQ(one->roll->stats().lapses, 1U);
    EXPECT_THAT(one->heard.changes, ::testing::Not(::testing::Contains("ann="))) << "it never was without ann itself";
}

TEST_F(RollTest, AValkeyThatForgotAllIsNoEvent) {
    one->put("ann", "1");
    two->put("ann", "2");
    two->put("bob", "3");
    settle(*two);
    forget();
    restart_valkey();
    ASSERT_TRUE(until([&] { return one->roll->stats().lapses == 1 && two->roll->stats().lapses == 1; }));
    const State all{{"ann", "1+2"}, {"bob", "3"}};
    ASSERT_TRUE(until([&] { return one->heard.state == all && two->heard.state == all; }));
    settle(*one);
    for (const auto* each : {&*one, &*two}) {
        for (const std::string& change : each->heard.changes) EXPECT_FALSE(change == "ann=" || change == "bob=") << change;
    }
}

TEST_F(RollTest, WhoDiesWhileValkeyIsAwayIsMissedAfterwards) {
    two->put("bob", "3");
    settle(*two);
    forget();
    valkey.kill();
    two->die();
    ASSERT_TRUE(until([&] { return !one->in_touch(); }));
    valkey.start();
    ASSERT_TRUE(until([&] { return one->in_touch(); }));
    EXPECT_EQ(one->heard.state, (State{{"bob", "3"}}));
    ASSERT_TRUE(until([&] { return one->heard.state.empty(); }));
    EXPECT_THAT(one->heard.changes, ElementsAre("bob="));
    EXPECT_EQ(one->heard.ours, 1);
}

TEST_F(RollTest, WhileValkeyIsAwayOnesOwnArrivalsAreSeenAndNobodyGoes) {
    one->put("ann", "1");
    two->put("bob", "2");
    settle(*two);
    valkey.kill();
    ASSERT_TRUE(until([&] { return !one->in_touch() && !two->in_touch(); }));
    forget();
    one->put("ann", "");
    one->put("cem", "1");
    two->put("bob", "");
    ASSERT_TRUE(until([&] { return one->heard.state.contains("cem"); }));
    EXPECT_EQ(one->heard.state, (State{{"ann", "1"}, {"bob", "2"}, {"cem", "1"}}));
    EXPECT_EQ(two->heard.state, (State{{"ann", "1"}, {"bob", "2"}}));
    valkey.start();
    const State after{{"cem", "1"}};
    ASSERT_TRUE(until([&] { return one->heard.state == after && two->heard.state == after; }));
    EXPECT_THAT(one->heard.changes, ::testing::UnorderedElementsAre("cem=1", "ann=", "bob="));
}

TEST_F(RollTest, AServerThatStopsInPeaceIsMissedLater) {
    two->put("ann", "1");
    two->put("bob", "1");
    settle(*two);
    std::atomic<bool> handed{false};
    std::thread stopping([&] {
        two->roll->hand_over();
        handed = true;
    });
    ASSERT_TRUE(until([&] { return handed.load(); }));
    stopping.join();
    two->put("bob", "");
    forget();
    const auto gone = std::chrono::steady_clock::now();
    two->die();
    // Back on another server: at no time is there nobody.
    one->put("ann", "2");
    ASSERT_TRUE(until([&] { return one->heard.state == (State{{"ann", "2"}, {"bob", "1"}}); }));
    EXPECT_THAT(one->heard.changes, ElementsAre("ann=1+2", "ann=2"));
    ASSERT_TRUE(until([&] { return !one->heard.state.contains("bob"); }));
    EXPECT_GT(std::chrono::steady_clock::now() - gone, hasty("").lease);
}

TEST_F(RollTest, ALostMessageIsNoticed) {
    one->put("ann", "1");
    settle(*one);
    // Nobody hears of this one.
    const std::string name = RollOptions().name;
    valkey.ask({"ZADD", name + ":leases", "9999999999999", "other.1"});
    valkey.ask({"HSET", name + ":shares:other.1", "t/bob", "5"});
    valkey.ask({"INCR", name + ":seq"});
    const State all{{"ann", "1"}, {"bob", "5"}};
    ASSERT_TRUE(until([&] { return one->heard.state == all && two->heard.state == all; }));
    EXPECT_EQ(two->roll->stats().loads, 2U);
    EXPECT_THAT(two->heard.changes, ElementsAre("ann=1", "bob=5"));
}

}  // namespace
}  // namespace desk::cluster
