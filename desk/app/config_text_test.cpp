#include "desk/app/config_text.hpp"

#include <gtest/gtest.h>

namespace desk::app::config_text {
namespace {

using std::chrono::milliseconds;
using Words = std::vector<std::string>;

TEST(ConfigText, ReadsDurations) {
    EXPECT_EQ(duration("500ms"), milliseconds(500));
    EXPECT_EQ(duration("30s"), milliseconds(30'000));
    EXPECT_EQ(duration("5m"), milliseconds(300'000));
    EXPECT_EQ(duration("12h"), milliseconds(43'200'000));
    EXPECT_EQ(duration("7d"), milliseconds(604'800'000));
    EXPECT_EQ(duration("0s"), milliseconds(0));
    for (const auto* bad :
         {"", "30", "s", "-1s", "+1s", "1.5s", "1 s", " 1s", "1S", "1w", "1s1m", "4000d", "99999999999999999999s", "1e3s", "0x1s"}) {
        EXPECT_FALSE(duration(bad)) << bad;
    }
}

TEST(ConfigText, ShowsDurationsAsItReadsThem) {
    for (const auto* text : {"0s", "1ms", "999ms", "1s", "90s", "1m", "25h", "1d", "7d"}) EXPECT_EQ(show(duration(text).value()), text);
    EXPECT_EQ(show(milliseconds(60'000)), "1m");
}

TEST(ConfigText, ReadsRates) {
    EXPECT_EQ(rate("5/s,20"), (RateLimit{5, milliseconds(1000), 20}));
    EXPECT_EQ(rate("1/10s, 12"), (RateLimit{1, milliseconds(10'000), 12}));
    EXPECT_EQ(rate("20/m,20"), (RateLimit{20, milliseconds(60'000), 20}));
    EXPECT_DOUBLE_EQ(rate("1/10s,12")->per_second(), 0.1);
    for (const auto* bad :
         {"", "5", "5/s", "5,20", "/s,1", "5/,1", "5/s,", "0/s,1", "5/s,0", "5/0s,1", "5,20/s", "-5/s,1", "5/s,1,1", "2000000000/s,1"}) {
        EXPECT_FALSE(rate(bad)) << bad;
    }
    for (const auto* text : {"5/s,20", "1/10s,12", "20/m,20", "1/500ms,1"}) EXPECT_EQ(show(rate(text).value()), text);
}

TEST(ConfigText, ReadsNumbersWithinTheirBounds) {
    EXPECT_EQ(integer("0", 0, 65535), 0U);
    EXPECT_EQ(integer("65535", 0, 65535), 65535U);
    for (const auto* bad : {"", "65536", "-1", "1.0", "0x10", "99999999999999999999", "1 ", "١"})
        EXPECT_FALSE(integer(bad, 0, 65535)) << bad;
}

TEST(ConfigText, ReadsSizes) {
    EXPECT_EQ(bytes("65536"), 65536U);
    EXPECT_EQ(bytes("64KiB"), 65536U);
    EXPECT_EQ(bytes("1MiB"), 1048576U);
    for (const auto* bad : {"", "0", "64KB", "1GiB", "2000MiB", "KiB"}) EXPECT_FALSE(bytes(bad)) << bad;
    EXPECT_EQ(show_bytes(65536), "64KiB");
    EXPECT_EQ(show_bytes(65537), "65537");
}

TEST(ConfigText, ReadsSwitches) {
    for (const auto* yes : {"true", "TRUE", "1", "yes", "on"}) EXPECT_EQ(boolean(yes), true) << yes;
    for (const auto* no : {"false", "0", "no", "off"}) EXPECT_EQ(boolean(no), false) << no;
    for (const auto* bad : {"", "2", "y", "tru"}) EXPECT_FALSE(boolean(bad)) << bad;
}

TEST(ConfigText, ReadsHosts) {
    EXPECT_EQ(hosts("localhost"), (Words{"127.0.0.1", "::1"}));
    EXPECT_EQ(hosts("*"), (Words{"0.0.0.0", "::"}));
    EXPECT_EQ(hosts("127.0.0.1, ::1, localhost"), (Words{"127.0.0.1", "::1"}));
    for (const auto* bad : {"", "example.com", "127.0.0.1:80", "[::1]", "1.2.3", "127.0.0.1,,::1", "256.0.0.1"})
        EXPECT_FALSE(hosts(bad)) << bad;
}

TEST(ConfigText, ReadsAddressRanges) {
    EXPECT_EQ(address_ranges(""), Words{});
    EXPECT_EQ(address_ranges("10.0.0.0/8,fd00::/8,::1"), (Words{"10.0.0.0/8", "fd00::/8", "::1"}));
    for (const auto* bad : {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "proxy"}) EXPECT_FALSE(address_ranges(bad)) << bad;
}

TEST(ConfigText, ReadsOrigins) {
    EXPECT_EQ(origins(""), Words{});
    EXPECT_EQ(origins("*"), Words{"*"});
    EXPECT_EQ(origins("https://desk.example.com, http://localhost:5173"), (Words{"https://desk.example.com", "http://localhost:5173"}));
    for (const auto* bad :
         {"desk.example.com", "https://", "https://a/", "https://a/b", "*,https://a", "https://*.a", "https://u@a", "ftp://a", "null"}) {
        EXPECT_FALSE(origins(bad)) << bad;
    }
}

TEST(ConfigText, ReadsStores) {
    EXPECT_EQ(store("sqlite:/x/y.db"), "sqlite:/x/y.db");
    EXPECT_EQ(store("postgres://ann@db/desk?sslmode=verify-full"), "postgres://ann@db/desk?sslmode=verify-full");
    EXPECT_EQ(store("postgresql:///desk"), "postgresql:///desk");
    for (const auto* bad : {"", "sqlite:", "/x/y.db", "postgres:x", "mysql://x", "SQLITE:x"}) EXPECT_FALSE(store(bad)) << bad;
}

}  // namespace
}  // namespace desk::app::config_text
