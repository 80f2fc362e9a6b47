#include "desk/session/counts.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace desk {
namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;

TEST(UserCounts, LetsInAsManyAsTheLimitSays) {
    UserCounts counts;
    const auto first = counts.take("acme", "ann", 2);
    const auto second = counts.take("acme", "ann", 2);
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
    EXPECT_FALSE(counts.take("acme", "ann", 2));
}

TEST(UserCounts, ThePlaceIsFreeWhenItsHolderIsGone) {
    UserCounts counts;
    {
        const auto place = counts.take("acme", "ann", 1);
        EXPECT_FALSE(counts.take("acme", "ann", 1));
    }
    EXPECT_TRUE(counts.take("acme", "ann", 1));
}

TEST(UserCounts, AMovedPlaceIsStillOne) {
    UserCounts counts;
    auto place = counts.take("acme", "ann", 1);
    UserCounts::Place kept = std::move(place);
    EXPECT_FALSE(counts.take("acme", "ann", 1));
    kept = counts.take("acme", "bob", 1);
    EXPECT_TRUE(counts.take("acme", "ann", 1)) << "assigning gave the first place back";
    EXPECT_FALSE(counts.take("acme", "bob", 1));
}

TEST(UserCounts, TellsOrgsAndUsersApart) {
    UserCounts counts;
    const auto place = counts.take("acme", "ann", 1);
    EXPECT_TRUE(counts.take("acme", "bob", 1));
    EXPECT_TRUE(counts.take("other", "ann", 1));
    EXPECT_TRUE(counts.take("acm", "eann", 1));
}

TEST(UserCounts, ThreadsNeverGetMoreThanTheLimit) {
    UserCounts counts;
    std::vector<UserCounts::Place> first;
    std::vector<UserCounts::Place> second;
    const auto grab = [&counts](std::vector<UserCounts::Place>& mine) {
        for (int i = 0; i < 1000; ++i) {
            if (auto place = counts.take("acme", "ann", 500)) mine.push_back(std::move(place));
        }
    };
    std::thread other([&] { grab(second); });
    grab(first);
    other.join();
    EXPECT_EQ(first.size() + second.size(), 500U);
}

struct OtherServers final : UserCounts::Others {
    void tell(const std::string& user, std::uint32_t here) override { told.push_back(user + '=' + std::to_string(here)); }
    bool heard() const override { return is_heard; }
    std::vector<std::string> take() { return std::exchange(told, {}); }

    std::vector<std::string> told;
    bool is_heard = true;
};

TEST(UserCounts, TellsOthersOfUsersWithSeveralConnections) {
    using Told = std::vector<std::string>;
    OtherServers others;
    UserCounts counts;
    counts.share(others, 2);
    auto first = counts.take("acme", "ann", 20);
    auto alone = counts.take("acme", "bob", 20);
    EXPECT_EQ(others.take(), Told{}) << "one each is nothing to tell";
    auto second = counts.take("acme", "ann", 20);
    auto third = counts.take("acme", "ann", 20);
    EXPECT_EQ(others.take(), (Told{"acme:ann=2", "acme:ann=3"}));
    second = {};
    third = {};
    first = {};
    EXPECT_EQ(others.take(), (Told{"acme:ann=2", "acme:ann=0"}));
}

TEST(UserCounts, CountsWhatOthersHaveWhileTheyAreHeard) {
    OtherServers others;
    UserCounts counts;
    counts.share(others, 1);
    counts.elsewhere("acme:ann", 2);
    const auto here = counts.take("acme", "ann", 3);
    EXPECT_TRUE(here);
    EXPECT_FALSE(counts.take("acme", "ann", 3));
    EXPECT_TRUE(counts.take("other", "ann", 3));
    others.is_heard = false;
    EXPECT_TRUE(counts.take("acme", "ann", 3));
    others.is_heard = true;
    EXPECT_FALSE(counts.take("acme", "ann", 3));
    counts.elsewhere("acme:ann", 0);
    EXPECT_TRUE(counts.take("acme", "ann", 3));
    counts.elsewhere("no user", 9);
    counts.elsewhere("acme:bob", 0xffff'ffff);
    EXPECT_FALSE(counts.take("acme", "bob", 0xffff'ffff));
}

TEST(UserCounts, TakesBackWhatWasToldWhenItStopsSharing) {
    OtherServers others;
    UserCounts counts;
    counts.share(others, 1);
    counts.elsewhere("acme:ann", 5);
    std::vector<UserCounts::Place> places;
    places.push_back(counts.take("acme", "ann", 7));
    places.push_back(counts.take("acme", "ann", 7));
    others.take();
    counts.stop_sharing();
    EXPECT_EQ(others.take(), std::vector<std::string>{"acme:ann=0"});
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(places.emplace_back(counts.take("acme", "ann", 7)));
    places.clear();
    EXPECT_TRUE(others.told.empty());
}

TEST(UserCounts, TellsOthersInTheOrderOfTheChangesFromAllThreads) {
    OtherServers others;
    UserCounts counts;
    counts.share(others, 1);
    const auto come_and_go = [&counts] {
        for (int i = 0; i < 1000; ++i) {
            const auto one = counts.take("acme", "ann", 100);
            const auto two = counts.take("acme", "ann", 100);
        }
    };
    std::thread other(come_and_go);
    come_and_go();
    other.join();
    ASSERT_EQ(others.told.size(), 8000U);
    int before = 0;
    for (const std::string& each : others.told) {
        const int now = std::stoi(each.substr(each.find('=') + 1));
        ASSERT_EQ(std::abs(now - before), 1) << before << " to " << now;
        before = now;
    }
    EXPECT_EQ(before, 0);
}

struct AddressGuardTest : ::testing::Test {
    Limits limits_ = [] {
        Limits limits;
        limits.connects = {10, std::chrono::seconds(1), 3};
        limits.failed_auth = {1, std::chrono::minutes(1), 2};
        limits.failed_auth_block = std::chrono::seconds(30);
        return limits;
    }();
    AddressGuard guard_{limits_};
};

TEST_F(AddressGuardTest, LimitsConnectsOfOneAddressOnly) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(guard_.may_connect("10.0.0.1", kNow), 0);
    const auto wait = guard_.may_connect("10.0.0.1", kNow);
    EXPECT_GT(wait, 0);
    EXPECT_EQ(guard_.may_connect("10.0.0.2", kNow), 0);
    EXPECT_EQ(guard_.may_connect("10.0.0.1", kNow + wait), 0);
}

TEST_F(AddressGuardTest, BlocksAnAddressWithTooManyBadTokensForAWhile) {
    guard_.failed("10.0.0.1", kNow);
    guard_.failed("10.0.0.1", kNow);
    EXPECT_EQ(guard_.blocked_for("10.0.0.1", kNow), 0);
    guard_.failed("10.0.0.1", kNow);
    EXPECT_EQ(guard_.blocked_for("10.0.0.1", kNow), 30'000);
    EXPECT_EQ(guard_.may_connect("10.0.0.1", kNow + 10'000), 20'000);
    EXPECT_EQ(guard_.blocked_for("10.0.0.2", kNow), 0);
    EXPECT_EQ(guard_.blocked_for("10.0.0.1", kNow + 30'000), 0);
    EXPECT_EQ(guard_.may_connect("10.0.0.1", kNow + 30'000), 0);
}

TEST_F(AddressGuardTest, RemembersBlocksWhileManyOtherAddressesCome) {
    for (int i = 0; i < 3; ++i) guard_.failed("10.0.0.1", kNow);
    for (int i = 0; i < 100'000; ++i) guard_.may_connect("172.16.0." + std::to_string(i), kNow + 1'000);
    EXPECT_GT(guard_.blocked_for("10.0.0.1", kNow + 1'000), 0);
}

TEST(KeyedBuckets, HoldOneBucketForEachUserOfEachOrg) {
    KeyedBuckets buckets;
    const RateLimit limit{1, std::chrono::seconds(1), 2};
    EXPECT_EQ(buckets.take("acme", "ann", limit, kNow), 0);
    EXPECT_EQ(buckets.take("acme", "ann", limit, kNow), 0);
    const auto wait = buckets.take("acme", "ann", limit, kNow);
    EXPECT_GT(wait, 0);
    EXPECT_EQ(buckets.take("other", "ann", limit, kNow), 0);
    EXPECT_EQ(buckets.take("acme", "bob", limit, kNow), 0);
    EXPECT_EQ(buckets.take("acme", "ann", limit, kNow + wait), 0);
}

}  // namespace
}  // namespace desk
