#include "desk/model/text.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMaxContent = 10'000;

TEST(Text, ValidTextStaysAsItIs) { EXPECT_EQ(clean_text("Grüße 😀"), "Grüße 😀"); }

TEST(Text, NulAndBadBytesBecomeTheReplacementCharacter) {
    EXPECT_EQ(clean_text("a\0b"sv),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(clean_text("a\xFF"sv), "a\xEF\xBF\xBD");
    EXPECT_EQ(clean_text("\xED\xA0\x80\0"sv).ends_with("\xEF\xBF\xBD"), true);
}

TEST(Text, LimitCountsCodePointsNotBytes) {
    std::string faces;
    for (std::size_t i = 0; i < kMaxContent; ++i) faces += "😀";
    EXPECT_TRUE(required_text("content", faces, kMaxContent).has_value());
    faces += "x";
    const auto refused = required_text("content", faces, kMaxContent);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::PayloadTooLarge);
    EXPECT_EQ(refused.error().details_json, R"("field":"content","limit":10000)");
}

TEST(Text, BlankIsMissing) {
    const auto refused = required_text("subject", " \n\t", kMaxSubject);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidPayload);
}

}  // namespace
}  // namespace desk
