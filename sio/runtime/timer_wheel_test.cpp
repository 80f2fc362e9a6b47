#include "sio/runtime/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace sio::runtime {
namespace {

struct Alarm {
    explicit Alarm(std::function<void()> action) : fire(std::move(action)) {}
    std::function<void()> fire;
    Timer timer{[](void* self) { static_cast<Alarm*>(self)->fire(); }, this};
};

TEST(TimerWheel, FiresAtItsTickAndOnce) {
    TimerWheel wheel;
    int fired = 0;
    Alarm alarm([&] { ++fired; });
    wheel.arm(alarm.timer, 100);
    wheel.advance(99);
    EXPECT_EQ(fired, 0);
    EXPECT_TRUE(alarm.timer.armed());
    wheel.advance(100);
    EXPECT_EQ(fired, 1);
    EXPECT_FALSE(alarm.timer.armed());
    wheel.advance(100'000);
    EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, PastTicksFireInTheNext) {
    TimerWheel wheel;
    wheel.advance(1000);
    int fired = 0;
    Alarm alarm([&] { ++fired; });
    wheel.arm(alarm.timer, 5);
    EXPECT_EQ(wheel.next(), 1001U);
    wheel.advance(1000);
    EXPECT_EQ(fired, 0);
    wheel.advance(1001);
    EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, CancelledAndDestroyedTimersDoNotFire) {
    TimerWheel wheel;
    int fired = 0;
    Alarm cancelled([&] { ++fired; });
    auto destroyed = std::make_unique<Alarm>([&] { ++fired; });
    wheel.arm(cancelled.timer, 10);
    wheel.arm(destroyed->timer, 10);
    cancelled.timer.cancel();
    destroyed.reset();
    EXPECT_FALSE(wheel.next());
    wheel.advance(50);
    EXPECT_EQ(fired, 0);
}

TEST(TimerWheel, CallbacksMayDestroyTimersOfTheSameTick) {
    TimerWheel wheel;
    std::vector<std::unique_ptr<Alarm>> alarms;
    int fired = 0;
    for (int i = 0; i < 10; ++i) {
        alarms.push_back(std::make_unique<Alarm>([&] {
            if (++fired == 1) alarms.erase(alarms.begin() + 1, alarms.end());
        }));
        wheel.arm(alarms.back()->timer, 7);
    }
    wheel.advance(7);
    EXPECT_EQ(fired, 1);
}

TEST(TimerWheel, ACallbackThatArmsItselfFiresOnceATick) {
    TimerWheel wheel;
    std::vector<TimerWheel::Tick> ticks;
    Alarm alarm([&] {
        ticks.push_back(wheel.now());
        if (ticks.size() < 5) wheel.arm(alarm.timer, 0);
    });
    wheel.arm(alarm.timer, 63);
    wheel.advance(1000);
    EXPECT_EQ(ticks, (std::vector<TimerWheel::Tick>{63, 64, 65, 66, 67}));
}

TEST(TimerWheel, DisarmsWhatOutlivesIt) {
    Alarm alarm([] { FAIL(); });
    {
        TimerWheel wheel;
        wheel.arm(alarm.timer, 100'000);
    }
    EXPECT_FALSE(alarm.timer.armed());
}

TEST(TimerWheel, TicksBeyondItsRangeWaitAtItsEnd) {
    TimerWheel wheel;
    Alarm alarm([] { FAIL(); });
    wheel.arm(alarm.timer, ~TimerWheel::Tick{0});
    wheel.advance(TimerWheel::Tick{1} << 40);
    EXPECT_TRUE(alarm.timer.armed());
}

// Against a sorted map: same timers at the same moments in the same order of ticks, with arming, re-arming and cancelling in between.
TEST(TimerWheel, AgreesWithASortedReference) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        std::mt19937_64 random(seed);
        TimerWheel wheel;
        constexpr std::size_t kCount = 200;
        std::vector<std::unique_ptr<Alarm>> alarms;
        std::vector<TimerWheel::Tick> due(kCount, 0);  // 0: not armed
        std::multimap<TimerWheel::Tick, std::size_t> reference;
        std::vector<std::pair<TimerWheel::Tick, std::size_t>> fired;
        const auto forget = [&](std::size_t index) {
            auto [begin, end] = reference.equal_range(due[index]);
            while (begin != end && begin->second != index) ++begin;
            if (begin != end) reference.erase(begin);
            due[index] = 0;
        };
        for (std::size_t i = 0; i < kCount; ++i) {
            alarms.push_back(std::make_unique<Alarm>([&, i] { fired.emplace_back(due[i], i); }));
        }
        TimerWheel::Tick now = random() % 100'000;
        wheel.advance(now);
        for (int step = 0; step < 400; ++step) {
            for (int n = 0; n < 5; ++n) {
                const std::size_t index = random() % kCount;
                if (due[index] != 0) forget(index);
                if (random() % 4 == 0) {
                    alarms[index]->timer.cancel();
                    continue;
                }
                const TimerWheel::Tick delay = random() % (TimerWheel::Tick{1} << (1 + random() % 30));
                due[index] = std::max(now + delay, now + 1);
                reference.emplace(due[index], index);
                wheel.arm(alarms[index]->timer, now + delay);
            }
            if (!reference.empty()) {
                ASSERT_TRUE(wheel.next());
                ASSERT_LE(*wheel.next(), reference.begin()->first);
                ASSERT_GT(*wheel.next(), now);
                // A loop that sleeps until next() gets to the earliest timer in a handful of steps.
                if (random() % 8 == 0) {
                    int hops = 0;
                    while (fired.empty()) {
                        now = *wheel.next();
                        wheel.advance(now);
                        ASSERT_LE(++hops, 8);
                    }
                    ASSERT_EQ(now, reference.begin()->first);
                }
            }
            now += random() % (TimerWheel::Tick{1} << (random() % 24));
            wheel.advance(now);

            ASSERT_TRUE(std::is_sorted(fired.begin(), fired.end(), [](auto& a, auto& b) { return a.first < b.first; }));
            std::set<std::size_t> expected;
            while (!reference.empty() && reference.begin()->first <= now) {
                expected.insert(reference.begin()->second);
                due[reference.begin()->second] = 0;
                reference.erase(reference.begin());
            }
            std::set<std::size_t> actual;
            for (const auto& [tick, index] : fired) actual.insert(index);
            ASSERT_EQ(actual, expected) << "seed " << seed << " step " << step;
            ASSERT_EQ(fired.size(), actual.size());
            fired.clear();
            for (std::size_t i = 0; i < kCount; ++i) ASSERT_EQ(alarms[i]->timer.armed(), due[i] != 0);
        }
    }
}

}  // namespace
}  // namespace sio::runtime
