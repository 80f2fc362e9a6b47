#include "desk/session/token_bucket.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

constexpr RateLimit kTwoASecond{2, std::chrono::seconds(1), 3};
constexpr std::int64_t kNow = 1'800'000'000'000;

int taken(TokenBucket& bucket, const RateLimit& limit, std::int64_t now_ms, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i) count += bucket.take(limit, now_ms);
    return count;
}

TEST(TokenBucket, ALoopWhoseClockIsBehindGetsNoTokensForIt) {
    const RateLimit limit{1, std::chrono::seconds(30), 2};
    TokenBucket bucket;
    EXPECT_TRUE(bucket.take(limit, 1'000'000));
    EXPECT_TRUE(bucket.take(limit, 999'990));
    EXPECT_FALSE(bucket.take(limit, 1'000'000));
    EXPECT_FALSE(bucket.take(limit, 999'995));
    EXPECT_FALSE(bucket.take(limit, 1'029'000));
    EXPECT_TRUE(bucket.take(limit, 1'030'000));
}

TEST(TokenBucket, StartsFull) {
    TokenBucket bucket;
    EXPECT_EQ(taken(bucket, kTwoASecond, kNow, 10), 3);
}

TEST(TokenBucket, FillsAtItsRateAndNoHigherThanItsBurst) {
    TokenBucket bucket;
    taken(bucket, kTwoASecond, kNow, 3);
    EXPECT_EQ(taken(bucket, kTwoASecond, kNow + 499, 1), 0);
    EXPECT_EQ(taken(bucket, kTwoASecond, kNow + 501, 2), 1);
    EXPECT_EQ(taken(bucket, kTwoASecond, kNow + 3'600'000, 10), 3);
}

TEST(TokenBucket, RefusalsCostNothing) {
    TokenBucket bucket;
    taken(bucket, kTwoASecond, kNow, 1000);
    EXPECT_EQ(taken(bucket, kTwoASecond, kNow + 1501, 10), 3);
}

TEST(TokenBucket, SaysWhenTheNextTokenIsThere) {
    for (const RateLimit limit : {kTwoASecond, RateLimit{1, std::chrono::seconds(10), 1}, RateLimit{1000, std::chrono::seconds(1), 50}}) {
        TokenBucket bucket;
        std::int64_t now = kNow;
        while (bucket.take(limit, now)) {
        }
        const std::int64_t wait = bucket.retry_after_ms(limit);
        EXPECT_GT(wait, 0);
        EXPECT_LE(wait, limit.period.count() / limit.count + 2);
        EXPECT_TRUE(bucket.take(limit, now + wait)) << limit.count;
    }
}

TEST(TokenBucket, KeepsItsRateOverALongTime) {
    TokenBucket bucket;
    int count = 0;
    for (std::int64_t ms = 0; ms < 100'000; ms += 7) count += bucket.take(kTwoASecond, kNow + ms);
    EXPECT_NEAR(count, 203, 2);
}

TEST(TokenBucket, UnderTheHighLimitsNeverEmpties) {
    TokenBucket bucket;
    const Limits high = Limits::high();
    EXPECT_EQ(taken(bucket, high.events, kNow, 100'000), 100'000);
}

}  // namespace
}  // namespace desk
