#include "desk/session/shared_counts.hpp"

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <vector>

#include "desk/cluster/testing/roll_server.hpp"

namespace desk {
namespace {

using cluster::testing::RollServer;
using cluster::testing::RollServers;

constexpr std::uint32_t kLimit = 3;

struct Server {
    Server(const std::string& url, std::string name)
        : roll(url, cluster::testing::hasty(std::move(name))), shared(counts, *roll.roll, kLimit) {}

    /// Whether Ann came in once more.
    bool comes() {
        auto place = counts.take("acme", "ann", kLimit);
        if (!place) return false;
        places.push_back(std::move(place));
        return true;
    }
    void goes() { places.pop_back(); }
    /// Whether she would be let in.
    bool has_room() { return static_cast<bool>(counts.take("acme", "ann", kLimit)); }

    RollServer roll;
    UserCounts counts;
    SharedUserCounts shared;
    std::vector<UserCounts::Place> places;
};

/// Over a real Valkey, whose loops the test turns.
class SharedCounts : public ::testing::Test {
protected:
    SharedCounts() {
        for (auto* each : {&one, &two}) each->emplace(valkey.url(), each == &one ? "one" : "two");
        EXPECT_TRUE(until([&] { return one->roll.in_touch() && two->roll.in_touch(); }));
    }
    bool until(const std::function<bool()>& done) {
        RollServers servers;
        for (auto* each : {&one, &two}) {
            if (*each && (*each)->roll.roll) servers.push_back(&(*each)->roll);
        }
        return cluster::testing::turn_until(servers, done);
    }
    bool in_touch() const { return one->roll.in_touch() && two->roll.in_touch(); }

    sio::cluster::testing::ValkeyServer valkey;
    std::optional<Server> one;
    std::optional<Server> two;
};

TEST_F(SharedCounts, AUserHasOneLimitOverAllServers) {
    EXPECT_TRUE(one->comes());
    EXPECT_TRUE(one->comes());
    EXPECT_TRUE(two->comes());
    EXPECT_TRUE(until([&] { return !one->has_room() && !two->has_room(); }));
    EXPECT_TRUE(two->counts.take("other", "ann", kLimit));
    EXPECT_TRUE(two->counts.take("acme", "bob", kLimit));
    one->goes();
    EXPECT_TRUE(until([&] { return two->has_room(); }));
    EXPECT_TRUE(two->comes());
    EXPECT_TRUE(until([&] { return !one->has_room(); }));
}

TEST_F(SharedCounts, AServerThatDiesIsForgottenWithItsLease) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(one->comes());
    EXPECT_TRUE(until([&] { return !two->has_room(); }));
    one->counts.stop_sharing();  // the process is gone: nothing is told any more
    one->roll.die();
    EXPECT_TRUE(until([&] { return two->has_room(); }));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(two->comes());
}

TEST_F(SharedCounts, WithoutValkeyEachCountsItsOwn) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(one->comes());
    EXPECT_TRUE(until([&] { return !two->has_room(); }));
    valkey.kill();
    EXPECT_TRUE(until([&] { return !one->roll.in_touch() && !two->roll.in_touch(); }));
    EXPECT_TRUE(two->comes());
    EXPECT_FALSE(one->has_room());
    valkey.start();
    EXPECT_TRUE(until([&] { return in_touch() && !two->has_room(); })) << "three and one";
    one->goes();
    one->goes();
    EXPECT_TRUE(until([&] { return two->has_room(); }));
}

TEST_F(SharedCounts, PeopleOfAServerThatStopsOnAnotherOfItsThreadsMayComeBackElsewhereAtOnce) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(one->comes());
    EXPECT_TRUE(until([&] { return !two->has_room(); }));
    auto stopped = std::async(std::launch::async, [&] {
        one->shared.stop();
        one->roll.roll->hand_over();
    });
    EXPECT_TRUE(until([&] { return stopped.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }));
    EXPECT_TRUE(until([&] { return two->has_room(); }));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(two->comes());
}

TEST_F(SharedCounts, WhoComesWhileValkeyIsAwayIsToldOfWhenItIsBack) {
    valkey.kill();
    EXPECT_TRUE(until([&] { return !one->roll.in_touch() && !two->roll.in_touch(); }));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(one->comes());
    valkey.start();
    EXPECT_TRUE(until([&] { return in_touch() && !two->has_room(); }));
}

}  // namespace
}  // namespace desk
