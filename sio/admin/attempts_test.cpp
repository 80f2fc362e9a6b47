#include "sio/admin/attempts.hpp"

#include <gtest/gtest.h>

namespace sio::admin {
namespace {

using namespace std::chrono_literals;

class AdminAttempts : public ::testing::Test {
protected:
    bool take(std::string_view address) { return attempts_.take(address, now_); }

    Attempts attempts_{{3, 10s}, {10, 1s}};
    runtime::TimePoint now_{std::chrono::hours(5)};
};

TEST_F(AdminAttempts, AnAddressHasItsBurstAndThenOneAtATime) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(take("a"));
    EXPECT_FALSE(take("a"));
    EXPECT_TRUE(take("b"));
    now_ += 10s;
    EXPECT_TRUE(take("a"));
    EXPECT_FALSE(take("a"));
}

TEST_F(AdminAttempts, AllTogetherHaveTheirsHoweverManyTheyAre) {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(take("host " + std::to_string(i)));
    EXPECT_FALSE(take("one more"));
    now_ += 1s;
    EXPECT_TRUE(take("one more"));
    EXPECT_FALSE(take("yet another"));
}

TEST_F(AdminAttempts, WhoTriedLongAgoIsForgotten) {
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(take("host " + std::to_string(i)));
        now_ += 1s;
    }
    EXPECT_LE(attempts_.addresses(), 80U);
}

}  // namespace
}  // namespace sio::admin
