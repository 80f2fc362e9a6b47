#include "sio/base/clock.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace sio {
namespace {

TEST(Clock, MillisecondsAndMicrosecondsAgree) {
    const std::int64_t ms = unix_ms();
    const std::int64_t us = unix_us();
    EXPECT_GT(ms, 1'700'000'000'000);
    EXPECT_LT(us / 1000 - ms, 60'000);
}

TEST(Iso8601, FormatsLikeToIsoString) {
    EXPECT_EQ(format_iso8601(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(format_iso8601(-1), "1969-12-31T23:59:59.999Z");
    EXPECT_EQ(format_iso8601(951'782'400'123), "2000-02-29T00:00:00.123Z");
    EXPECT_EQ(format_iso8601(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

TEST(Iso8601, CutsTimesToFourDigitYears) {
    EXPECT_EQ(format_iso8601(std::numeric_limits<std::int64_t>::max()), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(format_iso8601(std::numeric_limits<std::int64_t>::min()), "0000-01-01T00:00:00.000Z");
}

TEST(Iso8601, ParsesDatesTimesAndZones) {
    EXPECT_EQ(parse_iso8601("1970-01-02"), 86'400'000);
    EXPECT_EQ(parse_iso8601("1970-01-01T00:00Z"), 0);
    EXPECT_EQ(parse_iso8601("1970-01-01T00:00:01Z"), 1000);
    EXPECT_EQ(parse_iso8601("1970-01-01T00:00:01.5Z"), 1500);
    EXPECT_EQ(parse_iso8601("1970-01-01T00:00:01.123456789Z"), 1123);
    EXPECT_EQ(parse_iso8601("1970-01-01T01:00:00+01:00"), 0);
    EXPECT_EQ(parse_iso8601("1969-12-31T18:30:00.000-05:30"), 0);
}

class Iso8601Rejects : public testing::TestWithParam<std::string_view> {};

TEST_P(Iso8601Rejects, OtherText) {
    const auto parsed = parse_iso8601(GetParam());
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().code, ErrorCode::BadRequest);
}

INSTANTIATE_TEST_SUITE_P(Iso8601, Iso8601Rejects,
                         testing::Values("", "1970", "1970-1-01", "1970-02-30", "2001-02-29", "1970-13-01", "1970-00-01", "1970-01-01T",
                                         "1970-01-01T00:00:00", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z",
                                         "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00Zz", "1970-01-01 00:00:00Z",
                                         "1970-01-01T00:00:00+0100", "1970-01-01T00:00:00+24:00", "+970-01-01", "1970-01-01t00:00:00z"));

RC_GTEST_PROP(Iso8601Property, ParsingUndoesFormatting, ()) {
    const auto ms = *rc::gen::inRange<std::int64_t>(-62'167'219'200'000, 253'402'300'800'000);
    RC_ASSERT(parse_iso8601(format_iso8601(ms)).value() == ms);
}

}  // namespace
}  // namespace sio
