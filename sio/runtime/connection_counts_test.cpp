#include "sio/runtime/connection_counts.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace sio::runtime {
namespace {

Address address(const char* text, std::uint16_t port = 1) { return *Address::parse(text, port); }

TEST(ConnectionCounts, OnesOwnProxiesMayHaveAsManyAsTheyLike) {
    const auto proxy = Address::parse("10.0.0.1").value();
    const auto client = Address::parse("192.0.2.1").value();
    ConnectionCounts counts(5, 1, [&](const Address& peer) { return peer == proxy; });
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(counts.try_add(proxy));
    EXPECT_TRUE(counts.try_add(client));
    EXPECT_FALSE(counts.try_add(client));
    EXPECT_TRUE(counts.try_add(proxy));
    EXPECT_FALSE(counts.try_add(proxy)) << "but for the limit of all together";
    EXPECT_EQ(counts.of(proxy), 4U);
}

TEST(ConnectionCounts, HoldsTheTotalLimit) {
    ConnectionCounts counts(2, 10);
    EXPECT_TRUE(counts.try_add(address("10.0.0.1")));
    EXPECT_TRUE(counts.try_add(address("10.0.0.2")));
    EXPECT_FALSE(counts.try_add(address("10.0.0.3")));
    EXPECT_EQ(counts.of(address("10.0.0.3")), 0U);
    counts.remove(address("10.0.0.1"));
    EXPECT_TRUE(counts.try_add(address("10.0.0.3")));
    EXPECT_EQ(counts.total(), 2U);
}

TEST(ConnectionCounts, HoldsTheLimitOfANetworkWhateverThePort) {
    ConnectionCounts counts(100, 2);
    EXPECT_TRUE(counts.try_add(address("10.0.0.1", 1)));
    EXPECT_TRUE(counts.try_add(address("10.0.0.1", 2)));
    EXPECT_FALSE(counts.try_add(address("10.0.0.1", 3)));
    EXPECT_TRUE(counts.try_add(address("10.0.0.2", 3)));
    counts.remove(address("10.0.0.1", 9));
    EXPECT_TRUE(counts.try_add(address("10.0.0.1", 4)));
    EXPECT_EQ(counts.total(), 3U);
}

TEST(ConnectionCounts, CountsHostsOfOneV6NetworkTogether) {
    ConnectionCounts counts(100, 2);
    EXPECT_TRUE(counts.try_add(address("2001:db8::1")));
    EXPECT_TRUE(counts.try_add(address("2001:db8::ffff:2")));
    EXPECT_FALSE(counts.try_add(address("2001:db8::3")));
}

TEST(ConnectionCounts, ARemovalTooManyChangesNothing) {
    ConnectionCounts counts(10, 10);
    counts.remove(address("10.0.0.1"));
    EXPECT_EQ(counts.total(), 0U);
}

TEST(ConnectionCounts, MultiLoopCountsComeBackToZero) {
    ConnectionCounts counts(50, 20);
    std::vector<std::thread> threads;
    for (std::uint16_t t = 0; t < 4; ++t) {
        threads.emplace_back([&counts, t] {
            const Address mine = address(t % 2 == 0 ? "10.0.0.1" : "10.0.0.2", t);
            for (int i = 0; i < 5000; ++i) {
                if (!counts.try_add(mine)) continue;
                EXPECT_LE(counts.of(mine), 20U);
                counts.remove(mine);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(counts.total(), 0U);
    EXPECT_EQ(counts.of(address("10.0.0.1")), 0U);
}

}  // namespace
}  // namespace sio::runtime
