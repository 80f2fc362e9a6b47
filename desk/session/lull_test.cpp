#include "desk/session/lull.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(Lull, HasComeAtOnceWhenNobodyFollows) {
    Lull lull(10);
    lull.begin(1);
    EXPECT_TRUE(lull.has_come(1));
}

TEST(Lull, IsAwaitedAsLongAsTheyBecomeMore) {
    Lull lull(10);
    lull.begin(1);
    EXPECT_FALSE(lull.has_come(2));
    EXPECT_FALSE(lull.has_come(40));
    EXPECT_TRUE(lull.has_come(40));
}

TEST(Lull, IsNotAwaitedForEver) {
    Lull lull(3);
    for (int round = 0; round < 2; ++round) {
        lull.begin(0);
        EXPECT_FALSE(lull.has_come(1));
        EXPECT_FALSE(lull.has_come(2));
        EXPECT_TRUE(lull.has_come(3));
    }
}

}  // namespace
}  // namespace desk
