#include "desk/cluster/leases.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "sio/cluster/testing/client.hpp"
#include "sio/runtime/loop.hpp"

namespace desk::cluster {
namespace {

using sio::cluster::testing::impatient;
using sio::cluster::testing::ValkeyServer;
using std::chrono::milliseconds;

struct LeaseServer {
    LeaseServer(const std::string& url, const std::string& name)
        : valkey(loop, impatient(url), log), leases(valkey, {.server = name, .lease = milliseconds(300), .renewal = milliseconds(30)}) {}
    void want() {
        leases.want("x", [this](Leases::Time end, std::int64_t least) {
            until = end;
            number = least;
            ++told;
        });
    }
    bool leads() const { return until > std::chrono::steady_clock::now(); }

    sio::runtime::Loop loop;
    sio::NullLog log;
    sio::cluster::Valkey valkey;
    Leases leases;
    Leases::Time until = Leases::Time::min();
    std::int64_t number = 0;
    int told = 0;
};

class LeasesTest : public ::testing::Test {
protected:
    bool until(const std::function<bool()>& done) {
        std::vector<sio::runtime::Loop*> loops;
        for (auto* each : {&one, &two}) {
            if (*each) loops.push_back(&(*each)->loop);
        }
        return sio::runtime::testing::turn_until(loops, done, std::chrono::minutes(1));
    }
    void begin() {
        ASSERT_TRUE(until([&] { return one->valkey.connected() && two->valkey.connected(); }));
        one->want();
        ASSERT_TRUE(until([&] { return one->told > 0; }));
        two->want();
        ASSERT_TRUE(until([&] { return two->told > 0; }));
    }

    ValkeyServer valkey;
    std::optional<LeaseServer> one{std::in_place, valkey.url(), "one"};
    std::optional<LeaseServer> two{std::in_place, valkey.url(), "two"};
};

TEST_F(LeasesTest, OneHasItUntilItLetsGo) {
    begin();
    EXPECT_TRUE(one->leads());
    EXPECT_FALSE(two->leads());
    one->leases.note("x", 41);
    // Over several renewals.
    const int before = two->told;
    ASSERT_TRUE(until([&] { return two->told > before + 12; }));
    EXPECT_TRUE(one->leads());
    EXPECT_FALSE(two->leads());
    one->leases.let_go("x");
    ASSERT_TRUE(until([&] { return two->leads(); }));
    EXPECT_EQ(two->number, 41);
}

TEST_F(LeasesTest, TheNextTakesOverFromOneThatDied) {
    begin();
    one.reset();
    ASSERT_TRUE(until([&] { return two->leads(); }));
}

TEST_F(LeasesTest, WithoutValkeyEachLeadsAndAfterwardsOneAgain) {
    begin();
    valkey.kill();
    ASSERT_TRUE(until([&] { return one->until == Leases::Time::max() && two->until == Leases::Time::max(); }));
    valkey.start();
    ASSERT_TRUE(until([&] { return one->leads() != two->leads(); }));
    EXPECT_NE((one->leads() ? *one : *two).until, Leases::Time::max());
}

}  // namespace
}  // namespace desk::cluster
