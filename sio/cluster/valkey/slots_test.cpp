#include "sio/cluster/valkey/slots.hpp"

#include <gtest/gtest.h>

namespace sio::cluster {
namespace {

TEST(Slots, AreThoseOfValkey) {
    EXPECT_EQ(slot_of("123456789"), 0x31c3 % 16'384);
    EXPECT_EQ(slot_of(""), 0);
    EXPECT_EQ(slot_of("foo"), 12'182);
}

TEST(Slots, TakeWhatStandsBetweenTheFirstBraces) {
    EXPECT_EQ(slot_of("{user1000}.following"), slot_of("user1000"));
    EXPECT_EQ(slot_of("x{user1000}y{z}"), slot_of("user1000"));
    EXPECT_NE(slot_of("foo{}{bar}"), slot_of("bar"));
    EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
    EXPECT_NE(slot_of("foo{bar"), slot_of("bar"));
}

TEST(Slots, CommandsGoByTheirFirstKey) {
    using Words = std::vector<std::string>;
    const auto key = [](const Words& words) { return std::string(key_of(words).value_or("-")); };
    EXPECT_EQ(key({"GET", "k"}), "k");
    EXPECT_EQ(key({"SPUBLISH", "c", "m"}), "c");
    EXPECT_EQ(key({"PUBSUB", "SHARDNUMSUB", "c"}), "c");
    EXPECT_EQ(key({"PUBSUB", "NUMSUB", "c"}), "-");
    EXPECT_EQ(key({"publish", "c", "m"}), "-");
    EXPECT_EQ(key({"PING"}), "-");
    EXPECT_EQ(key({"EVAL", "return 1", "1", "k"}), "k");
    EXPECT_EQ(key({"EVAL", "return 1", "0", "a"}), "-");
    EXPECT_EQ(key({"XREAD", "COUNT", "1", "STREAMS", "s", "0"}), "s");
    EXPECT_EQ(key({"XINFO", "STREAM", "s"}), "s");
}

TEST(Slots, ReadsRedirections) {
    const auto moved = Redirection::parse("MOVED 3999 [::1]:6381").value_or(Redirection{});
    EXPECT_FALSE(moved.ask);
    EXPECT_EQ(moved.slot, 3999);
    EXPECT_EQ(moved.address, (ValkeyAddress{"::1", 6381}));
    EXPECT_TRUE(Redirection::parse("ASK 1 10.0.0.1:6381")->ask);
    EXPECT_EQ(Redirection::parse("MOVED 1 :6381")->address.host, "");
    for (const char* const bad :
         {"MOVED", "MOVED 1", "MOVED x 1.2.3.4:5", "MOVED 16384 1.2.3.4:5", "MOVED 1 1.2.3.4:0", "MOVED 1 1.2.3.4", "ERR x"}) {
        EXPECT_FALSE(Redirection::parse(bad)) << bad;
    }
}

Value number(std::int64_t value) { return {Value::Kind::Integer, value, {}, {}}; }
Value text(std::string value) { return {Value::Kind::Text, 0, std::move(value), {}}; }
Value list(std::vector<Value> values) { return {Value::Kind::Array, 0, {}, std::move(values)}; }

TEST(Slots, TheMapIsReadWholeOrNotAtAll) {
    SlotMap map;
    EXPECT_EQ(map.owner(0), nullptr);
    const ValkeyAddress asked{"10.0.0.9", 1};
    ASSERT_TRUE(map.load(list({list({number(0), number(99), list({text("10.0.0.1"), number(7000)})}),
                               list({number(100), number(16'383), list({text(""), number(7001)})})}),
                         asked));
    EXPECT_EQ(*map.owner(99), (ValkeyAddress{"10.0.0.1", 7000}));
    EXPECT_EQ(*map.owner(100), (ValkeyAddress{"10.0.0.9", 7001}));
    EXPECT_EQ(map.nodes().size(), 2u);
    EXPECT_FALSE(map.load(list({list({number(0), number(16'384), list({text("h"), number(1)})})}), asked));
    EXPECT_FALSE(map.load(list({}), asked));
    EXPECT_EQ(map.nodes().size(), 2u);
    map.set(99, asked);
    EXPECT_EQ(*map.owner(99), asked);
    EXPECT_EQ(*map.owner(98), (ValkeyAddress{"10.0.0.1", 7000}));
}

}  // namespace
}  // namespace sio::cluster
