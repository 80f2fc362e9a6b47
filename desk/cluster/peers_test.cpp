#include "desk/cluster/peers.hpp"

#include <gtest/gtest.h>

#include "desk/cluster/message.hpp"
#include "desk/cluster/testing/test_bus.hpp"

namespace desk::cluster {
namespace {

using testing::TestBus;

TEST(Peers, WhoeverComesAndWhoeverIsThereKnowEachOther) {
    TestBus bus_one("one");
    TestBus bus_two("two");
    const Peers one(bus_one, "s1", "desk-1");
    const Peers two(bus_two, "s2", "desk-2");
    bus_one.gap();
    bus_one.take();  // nobody was there
    EXPECT_FALSE(one.name_of("s2"));
    bus_two.gap();
    bus_one.hear_all_of(bus_two);
    bus_two.hear_all_of(bus_one);
    EXPECT_EQ(one.name_of("s2"), "desk-2");
    EXPECT_EQ(two.name_of("s1"), "desk-1");
    EXPECT_FALSE(two.name_of("s2"));
    // The answer asks for none.
    bus_one.hear_all_of(bus_two);
    EXPECT_TRUE(bus_one.take().empty());
}

TEST(Peers, WhatIsNoIntroductionIsPassedOver) {
    TestBus bus("one");
    const Peers peers(bus, "s1", "desk-1");
    TestBus::Told told = [&] {
        bus.gap();
        return bus.take().at(0);
    }();
    for (std::string bad :
         {std::string(), std::string("x"), Message(2).text("s2").text("desk-2").flag(true).bytes(), Message(1).text("s2").bytes()}) {
        told.second = std::move(bad);
        bus.say("two", told);
    }
    EXPECT_FALSE(peers.name_of("s2"));
    EXPECT_TRUE(bus.take().empty());
}

TEST(Peers, TagsWithoutEndAreForgotten) {
    TestBus bus("one");
    const Peers peers(bus, "s1", "desk-1");
    bus.gap();
    auto told = bus.take().at(0);
    for (int i = 0; i < 1001; ++i) {
        told.second = Message(1).text("t" + std::to_string(i)).text("desk").flag(false).bytes();
        bus.say("two", told);
    }
    EXPECT_FALSE(peers.name_of("t0"));
    EXPECT_TRUE(peers.name_of("t1000"));
}

}  // namespace
}  // namespace desk::cluster
