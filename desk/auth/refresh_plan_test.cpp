#include "desk/auth/refresh_plan.hpp"

#include <gtest/gtest.h>

namespace desk::auth {
namespace {

using namespace std::chrono_literals;

const RefreshPlan::Time kStart{1000h};

/// When the next fetch is due, counted from kStart.
std::chrono::milliseconds due(const RefreshPlan& plan) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(plan.due() - kStart);
}

TEST(RefreshPlan, TheFirstFetchIsDueAtOnce) { EXPECT_LE(RefreshPlan(10min).due(), kStart); }

TEST(RefreshPlan, APeriodLiesBetweenTwoThatGoWell) {
    RefreshPlan plan(10min);
    plan.succeeded(kStart, {});
    EXPECT_EQ(due(plan), 10min);
}

TEST(RefreshPlan, MaxAgeShortensThePeriodToAMinuteAndNeverLengthensIt) {
    RefreshPlan plan(10min);
    for (const auto& [age, wait] : {std::pair(120s, 120s), {60s, 60s}, {5s, 60s}, {0s, 60s}, {600s, 600s}, {86'400s, 600s}}) {
        plan.succeeded(kStart, age);
        EXPECT_EQ(due(plan), wait) << age.count();
    }
    RefreshPlan often(5s);
    often.succeeded(kStart, 1s);
    EXPECT_EQ(due(often), 5s);
}

TEST(RefreshPlan, FailuresAreRetriedAtGrowingDistances) {
    RefreshPlan plan(10min);
    for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        plan.failed(kStart);
        EXPECT_EQ(due(plan), wait);
    }
    plan.succeeded(kStart, {});
    plan.failed(kStart);
    EXPECT_EQ(due(plan), 1s) << "from the start again after a success";
}

TEST(RefreshPlan, RetriesAreNoRarerThanThePeriod) {
    RefreshPlan plan(3s);
    for (const auto wait : {1s, 2s, 3s, 3s}) {
        plan.failed(kStart);
        EXPECT_EQ(due(plan), wait);
    }
}

TEST(RefreshPlan, UnknownKeysAreWorthOneFetchAMinute) {
    RefreshPlan plan(10min);
    plan.succeeded(kStart, {});
    int fetches = 0;
    for (auto now = kStart; now < kStart + 150s; now += 10ms) fetches += plan.ask(now) ? 1 : 0;
    EXPECT_EQ(fetches, 3) << "at 0, 60 and 120 s";
}

TEST(RefreshPlan, AFetchInTurnDoesNotCountForUnknownKeys) {
    RefreshPlan plan(10min);
    EXPECT_TRUE(plan.ask(kStart));
    plan.succeeded(kStart, {});
    plan.succeeded(kStart + 59s, {});
    EXPECT_FALSE(plan.ask(kStart + 59s));
    EXPECT_TRUE(plan.ask(kStart + 60s));
}

TEST(MaxAge, IsReadFromCacheControl) {
    EXPECT_EQ(max_age_of(" max-age=300"), 300s);
    EXPECT_EQ(max_age_of("public, MAX-AGE=21600 , must-revalidate"), 21'600s);
    EXPECT_EQ(max_age_of("max-age=\"5\""), 5s);
    EXPECT_EQ(max_age_of("max-age=1,max-age=2"), 1s);
    EXPECT_EQ(max_age_of("max-age=99999999999999999999"), std::chrono::seconds(1LL << 31));
    EXPECT_EQ(max_age_of("no-store"), 0s);
    EXPECT_EQ(max_age_of("max-age=300, no-cache"), 0s);
    for (const auto* nothing :
         {"", ",", "=", "public", "max-age", "max-age=", "max-age=-1", "max-age=x", "max-age=1x", "s-maxage=3", "max-age=\""}) {
        EXPECT_EQ(max_age_of(nothing), std::nullopt) << nothing;
    }
}

}  // namespace
}  // namespace desk::auth
