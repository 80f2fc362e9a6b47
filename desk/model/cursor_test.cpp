#include "desk/model/cursor.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(Cursor, IsReadBack) {
    const Cursor cursor{"a1b2c3", 42};
    EXPECT_EQ(to_string(cursor), "a1b2c3.42");
    const auto parsed = parse_cursor(to_string(cursor));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(*parsed, cursor);
}

TEST(Cursor, GarbageIsInvalid) {
    for (const std::string_view text : {"", ".", "abc", "abc.", ".1", "abc.-1", "abc.1x", "a b.1", "abc.99999999999999999999"}) {
        const auto parsed = parse_cursor(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::InvalidPayload);
    }
}

}  // namespace
}  // namespace desk
