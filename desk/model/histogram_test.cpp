#include "desk/model/histogram.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(Histogram, CountsByUpperBoundsAndSums) {
    Histogram histogram({1.0, 2.0, 5.0});
    for (const double value : {0.5, 1.0, 1.5, 5.0, 6.0, 100.0}) histogram.observe(value);
    ASSERT_EQ(histogram.size(), 3U);
    EXPECT_EQ(histogram.count(0), 2U) << "bounds belong to their range";
    EXPECT_EQ(histogram.count(1), 1U);
    EXPECT_EQ(histogram.count(2), 1U);
    EXPECT_EQ(histogram.count(3), 2U);
    EXPECT_DOUBLE_EQ(histogram.sum(), 114.0);
}

}  // namespace
}  // namespace desk
