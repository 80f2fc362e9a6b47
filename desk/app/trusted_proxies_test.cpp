#include "desk/app/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace desk::app {
namespace {

using sio::runtime::Address;

Address address(std::string_view text) { return Address::parse(text).value(); }

bool within(std::string_view range, std::string_view text) { return AddressRange::parse(range).value().contains(address(text)); }

TrustedProxies proxies() { return TrustedProxies({*AddressRange::parse("10.0.0.0/8"), *AddressRange::parse("::1")}); }

std::string client(std::string_view peer, std::string_view header) { return proxies().client(address(peer), header).to_string(); }

TEST(AddressRange, HoldsThePrefix) {
    EXPECT_TRUE(within("10.0.0.0/8", "10.255.1.2"));
    EXPECT_FALSE(within("10.0.0.0/8", "11.0.0.1"));
    EXPECT_TRUE(within("192.168.4.0/22", "192.168.7.255"));
    EXPECT_FALSE(within("192.168.4.0/22", "192.168.8.0"));
    EXPECT_TRUE(within("0.0.0.0/0", "8.8.8.8"));
    EXPECT_FALSE(within("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(within("::/0", "8.8.8.8"));
    EXPECT_TRUE(within("2001:db8::/33", "2001:db8:7fff::1"));
    EXPECT_FALSE(within("2001:db8::/33", "2001:db8:8000::1"));
    EXPECT_TRUE(within("127.0.0.1", "127.0.0.1"));
    EXPECT_FALSE(within("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(within("::ffff:10.0.0.0/104", "10.1.1.1"));
}

TEST(TrustedProxies, WithoutAnyThePeerIsTheClient) {
    EXPECT_EQ(TrustedProxies().client(address("10.0.0.1"), "1.2.3.4").to_string(), "10.0.0.1");
}

TEST(TrustedProxies, AStrangersHeaderIsNotBelieved) { EXPECT_EQ(client("9.9.9.9", "1.2.3.4"), "9.9.9.9"); }

TEST(TrustedProxies, TheLastHopThatIsNotOursIsTheClient) {
    EXPECT_EQ(client("10.0.0.1", "1.2.3.4"), "1.2.3.4");
    EXPECT_EQ(client("::1", "6.6.6.6, 1.2.3.4 ,10.0.0.2"), "1.2.3.4");
    EXPECT_EQ(client("10.0.0.1", "10.0.0.3,10.0.0.2"), "10.0.0.3");
}

TEST(TrustedProxies, NonsenseEndsTheWalk) {
    EXPECT_EQ(client("10.0.0.1", ""), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", "unknown"), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", "1.2.3.4, unknown, 10.0.0.2"), "10.0.0.2");
    EXPECT_EQ(client("10.0.0.1", "1.2.3.4,"), "10.0.0.1");
    EXPECT_EQ(client("10.0.0.1", ",,,,"), "10.0.0.1");
}

}  // namespace
}  // namespace desk::app
