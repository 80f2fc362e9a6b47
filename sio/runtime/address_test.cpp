#include "sio/runtime/address.hpp"

#include <gtest/gtest.h>

namespace sio::runtime {
namespace {

TEST(Address, KeepsLiteralsOfBothFamilies) {
    for (const char* text : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "10.1.2.3", "::1", "2001:db8::7", "fe80::1"}) {
        const auto address = Address::parse(text, 80);
        ASSERT_TRUE(address) << text;
        EXPECT_EQ(address->to_string(), text);
        EXPECT_EQ(address->port, 80);
    }
}

TEST(Address, RefusesWhatIsNoLiteral) {
    for (const std::string_view text : {"", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "::g", "[::1]", "1.2.3.4 "}) {
        EXPECT_FALSE(Address::parse(text)) << text;
    }
    EXPECT_FALSE(Address::parse(std::string_view("1.2.3.4\0x", 9)));
    EXPECT_FALSE(Address::parse(std::string_view("::1\0x", 5)));
}

TEST(Address, KnowsLoopback) {
    EXPECT_TRUE(Address::parse("127.0.0.1")->is_loopback());
    EXPECT_TRUE(Address::parse("127.8.9.1")->is_loopback());
    EXPECT_TRUE(Address::parse("::1")->is_loopback());
    EXPECT_FALSE(Address::parse("128.0.0.1")->is_loopback());
    EXPECT_FALSE(Address::parse("::2")->is_loopback());
    EXPECT_FALSE(Address::parse("0.0.0.0")->is_loopback());
}

TEST(Address, UnknownHasNoText) { EXPECT_EQ(Address().to_string(), ""); }

TEST(Address, NetworkIsAWholeV4AddressAndHalfAV6One) {
    EXPECT_EQ(Address::parse("10.0.0.1", 5)->network(), *Address::parse("10.0.0.1"));
    EXPECT_EQ(Address::parse("2001:db8::1:2:3:4", 5)->network(), *Address::parse("2001:db8::"));
    EXPECT_NE(Address::parse("2001:db8:0:1::1")->network(), Address::parse("2001:db8:0:2::1")->network());
}

}  // namespace
}  // namespace sio::runtime
