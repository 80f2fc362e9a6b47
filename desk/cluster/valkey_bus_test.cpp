#include "desk/cluster/valkey_bus.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sio/cluster/testing/client.hpp"
#include "sio/cluster/testing/valkey_server.hpp"

namespace desk::cluster {
namespace {

using sio::cluster::Valkey;
using sio::cluster::testing::impatient;
using sio::cluster::testing::turn_long_until;
using sio::cluster::testing::ValkeyServer;

/// Two servers on one loop, which the test turns.
class ValkeyBusTest : public ::testing::Test {
protected:
    struct Server {
        Server(sio::runtime::Loop& loop, const std::string& url, sio::Log& log) : valkey(loop, impatient(url), log), bus(valkey) {}
        void hear(const std::string& channel) {
            bus.hear(channel,
                     {.message = [this](auto server, auto payload) { heard.push_back(std::string(server) + ">" + std::string(payload)); },
                      .gap = [this] { ++gaps; }});
        }
        Valkey valkey;
        ValkeyBus bus;
        std::vector<std::string> heard;
        int gaps = 0;
    };
    bool turn_until(const std::function<bool()>& done) { return turn_long_until(loop_, done); }
    bool heard(const Server& server, std::vector<std::string> what) {
        return turn_until([&] { return server.heard.size() >= what.size(); }) && server.heard == what;
    }
    std::string from_one(const std::string& payload) const { return std::string(one_.bus.server()) + ">" + payload; }
    /// Both hear channel c.
    void begin() {
        one_.hear("c");
        two_.hear("c");
        ASSERT_TRUE(turn_until([&] { return one_.gaps == 1 && two_.gaps == 1; })) << "told once the subscription is in force";
    }

    ValkeyServer server_;
    sio::runtime::Loop loop_;
    sio::NullLog log_;
    Server one_{loop_, server_.url(), log_};
    Server two_{loop_, server_.url(), log_};
};

TEST_F(ValkeyBusTest, TheOthersHearInOrderAndNobodyHearsThemselves) {
    begin();
    std::vector<std::string> wanted;
    for (int i = 0; i < 1000; ++i) {
        one_.bus.tell("c", std::to_string(i));
        wanted.push_back(from_one(std::to_string(i)));
        if (i % 100 == 0) loop_.turn();
    }
    EXPECT_TRUE(heard(two_, wanted));
    EXPECT_TRUE(one_.heard.empty());
    EXPECT_EQ(two_.gaps, 1) << "nothing was lost";
    EXPECT_TRUE(turn_until([&] { return one_.bus.stats().told == 1000; }));
    EXPECT_EQ(two_.bus.stats().heard, 1000U);
}

TEST_F(ValkeyBusTest, PayloadsMayHoldAnything) {
    begin();
    const std::string zeros("a\0b 3:x\n", 8);
    one_.bus.tell("c", zeros);
    one_.bus.tell("c", "");
    one_.bus.tell("c", std::string(1 << 20, '\xff'));
    EXPECT_TRUE(heard(two_, {from_one(zeros), from_one(""), from_one(std::string(1 << 20, '\xff'))}));
}

TEST_F(ValkeyBusTest, ChannelsAreApart) {
    begin();
    one_.bus.tell("d", "no");
    one_.bus.tell("c", "yes");
    EXPECT_TRUE(heard(two_, {from_one("yes")}));
}

TEST_F(ValkeyBusTest, ALostMessageIsAGap) {
    begin();
    server_.ask({"PUBLISH", "c", "other 1 1:a"});
    server_.ask({"PUBLISH", "c", "other 2 1:b"});
    server_.ask({"PUBLISH", "c", "other 4 1:d"});
    EXPECT_TRUE(heard(two_, {"other>a", "other>b", "other>d"}));
    EXPECT_EQ(two_.gaps, 2);
    EXPECT_EQ(two_.bus.stats().gaps, 1U);
}

TEST_F(ValkeyBusTest, WhatNoServerOfOursWroteIsLeftAlone) {
    begin();
    for (const char* text : {"", "x", "x 1", "x y 1:a", "x 1 9:a", "x 1 1:ab", "x 1 a", "x! 1 1:a", "x 1 99999999999999999999:a"})
        server_.ask({"PUBLISH", "c", text});
    one_.bus.tell("c", "fine");
    EXPECT_TRUE(heard(two_, {from_one("fine")}));
    EXPECT_EQ(two_.bus.stats().malformed, 9U);
}

TEST_F(ValkeyBusTest, AnOutageIsAGapAndThenItGoesOn) {
    begin();
    one_.bus.tell("c", "before");
    ASSERT_TRUE(heard(two_, {from_one("before")}));
    server_.kill();
    ASSERT_TRUE(turn_until([&] { return !one_.valkey.connected() && !two_.valkey.connected(); }));
    server_.start();
    ASSERT_TRUE(turn_until([&] { return one_.gaps == 2 && two_.gaps == 2; }));
    one_.bus.tell("c", "after");
    EXPECT_TRUE(heard(two_, {from_one("before"), from_one("after")}));
}

}  // namespace
}  // namespace desk::cluster
