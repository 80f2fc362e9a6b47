#include "sio/base/bytes.hpp"

#include <gtest/gtest.h>

namespace sio {
namespace {

TEST(Bytes, ComparesAsciiWithoutCase) {
    EXPECT_TRUE(iequals("WebSocket", "websocket"));
    EXPECT_TRUE(iequals("", ""));
    EXPECT_FALSE(iequals("websocket", "websockets"));
    EXPECT_FALSE(iequals("@", "`"));        // differ only in the case bit, but are no letters
    EXPECT_FALSE(iequals("\xC4", "\xE4"));  // Latin-1 letters are not ASCII
}

TEST(Bytes, TrimsBlanksAndTabsOnly) {
    EXPECT_EQ(trim(" \t a b\t "), "a b");
    EXPECT_EQ(trim(" \t"), "");
    EXPECT_EQ(trim("\r\na"), "\r\na");
}

TEST(Bytes, LowersAsciiOnly) { EXPECT_EQ(to_lower("X-Forwarded-\xC4"), "x-forwarded-\xC4"); }

TEST(Bytes, WritesAndReadsHex) {
    const std::string_view bytes("\x00\x7F\xFF", 3);
    EXPECT_EQ(hex(bytes), "007fff");
    EXPECT_EQ(unhex("007FfF"), bytes);
    EXPECT_EQ(unhex(""), "");
}

TEST(Bytes, RefusesBadHex) {
    EXPECT_FALSE(unhex("0"));
    EXPECT_FALSE(unhex("0g"));
    EXPECT_FALSE(unhex("0x10"));
}

TEST(Bytes, ReadsDecimalNumbersStrictly) {
    EXPECT_EQ(parse_decimal("0"), 0U);
    EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615U);
    for (const auto* text : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1a", "0x1"}) EXPECT_FALSE(parse_decimal(text)) << text;
}

}  // namespace
}  // namespace sio
