#include "sio/runtime/loop.hpp"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "sio/runtime/listener.hpp"

namespace sio::runtime {
namespace {

using std::chrono::milliseconds;

struct Flush final : Flushable {
    explicit Flush(Loop& owner, std::function<void()> what) : loop(owner), action(std::move(what)) {}
    ~Flush() override { loop.clean(*this); }
    void flush() override {
        const auto copy = action;
        copy();
    }  // a copy: it may destroy this
    Loop& loop;
    std::function<void()> action;
};

/// An eventfd that stays readable.
struct Ready final : Pollable {
    explicit Ready(Loop& owner, std::function<void()> what) : loop(owner), action(std::move(what)), fd(eventfd(1, EFD_NONBLOCK)) {
        id = loop.add(fd, EPOLLIN, *this);
    }
    ~Ready() override {
        loop.remove(id, fd);
        close(fd);
    }
    void on_ready(std::uint32_t) override {
        const auto copy = action;
        copy();
    }
    Loop& loop;
    std::function<void()> action;
    int fd;
    Loop::PollId id = 0;
};

struct Alarm {
    explicit Alarm(std::function<void()> what) : action(std::move(what)) {}
    std::function<void()> action;
    Timer timer{[](void* self) { static_cast<Alarm*>(self)->action(); }, this};
};

TEST(Loop, ATurnGoesFromDescriptorsToFlush) {
    Loop loop;
    std::string order;
    Flush flush(loop, [&] { order += "flush "; });
    Alarm alarm([&] { order += "timer "; });
    Ready ready(loop, [&] {
        order += "descriptor ";
        loop.dirty(flush);
        loop.defer([&] { order += "deferred "; });
        loop.post([&] { order += "posted "; });
    });
    loop.arm_after(alarm.timer, milliseconds(1));
    loop.skip_ahead(milliseconds(5));
    loop.turn();
    EXPECT_EQ(order, "descriptor timer posted deferred flush ");
}

TEST(Loop, RunsPostedTasksInOrderAndThoseTheyPostInTheNextTurn) {
    Loop loop;
    std::string order;
    loop.post([&] {
        order += "a";
        loop.post([&] { order += "c"; });
    });
    loop.post([&] { order += "b"; });
    loop.turn();
    EXPECT_EQ(order, "ab");
    loop.turn(std::chrono::hours(1));  // does not wait: there is a task
    EXPECT_EQ(order, "abc");
}

TEST(Loop, RunsTasksDeferredByDeferredOnesInTheSameTurn) {
    Loop loop;
    std::string order;
    loop.defer([&] {
        order += "a";
        loop.defer([&] { order += "b"; });
    });
    loop.turn();
    EXPECT_EQ(order, "ab");
}

TEST(Loop, DestroysTasksThatNeverRan) {
    const auto token = std::make_shared<int>(1);
    {
        Loop loop;
        loop.post([token] { FAIL(); });
        loop.defer([token] { FAIL(); });
        EXPECT_EQ(token.use_count(), 3);
    }
    EXPECT_EQ(token.use_count(), 1);
}

TEST(Loop, StopBeforeRunLetsRunReturn) {
    Loop loop;
    loop.stop();
    loop.run();
    loop.post([&] { loop.stop(); });
    loop.run();
}

TEST(Loop, KnowsTheLoopOfTheThread) {
    Loop loop;
    EXPECT_EQ(Loop::current(), nullptr);
    loop.post([&] {
        EXPECT_EQ(Loop::current(), &loop);
        EXPECT_TRUE(loop.in_loop_thread());
    });
    loop.turn();
    EXPECT_EQ(Loop::current(), nullptr);
    EXPECT_FALSE(loop.in_loop_thread());
}

TEST(Loop, FlushesEachDirtyOnceATurn) {
    Loop loop;
    int flushed = 0;
    Flush flush(loop, [&] { ++flushed; });
    loop.dirty(flush);
    loop.dirty(flush);
    loop.turn();
    EXPECT_EQ(flushed, 1);
    loop.turn();
    EXPECT_EQ(flushed, 1);
}

TEST(Loop, FlushMayDestroyOthersAndItself) {
    Loop loop;
    int flushed = 0;
    std::vector<std::unique_ptr<Flush>> flushes;
    for (int i = 0; i < 4; ++i) {
        flushes.push_back(std::make_unique<Flush>(loop, [&] {
            ++flushed;
            flushes.clear();
        }));
    }
    for (auto& flush : flushes) loop.dirty(*flush);
    loop.turn();
    EXPECT_EQ(flushed, 1);
    loop.turn();
}

TEST(Loop, FlushMayMakeOthersDirtyInTheSameTurn) {
    Loop loop;
    std::string order;
    Flush second(loop, [&] { order += "second"; });
    Flush first(loop, [&] {
        order += "first ";
        loop.dirty(second);
    });
    loop.dirty(first);
    loop.turn();
    EXPECT_EQ(order, "first second");
}

TEST(Loop, AFlushThatIsAlwaysDirtyDoesNotHoldTheTurn) {
    Loop loop;
    int flushed = 0;
    Flush restless(loop, [&] {
        ++flushed;
        loop.dirty(restless);
    });
    int calm_flushed = 0;
    Flush calm(loop, [&] { ++calm_flushed; });
    loop.dirty(restless);
    loop.dirty(calm);
    loop.turn();
    EXPECT_GE(flushed, 1);
    EXPECT_LE(flushed, 10);
    EXPECT_EQ(calm_flushed, 1);
    const int before = flushed;
    loop.turn(std::chrono::hours(1));
    EXPECT_GT(flushed, before);
    loop.clean(restless);
}

TEST(Loop, ARemovedPollableIsNotCalledForAnEventAlreadyFetched) {
    Loop loop;
    std::vector<std::unique_ptr<Ready>> all;
    int calls = 0;
    for (int i = 0; i < 5; ++i) {
        all.push_back(std::make_unique<Ready>(loop, [&] {
            ++calls;
            all.clear();
            // In a slot just freed, and ready too; but this turn's events are not for it.
            all.push_back(std::make_unique<Ready>(loop, [&] { calls += 100; }));
        }));
    }
    loop.turn();
    EXPECT_EQ(calls, 1);
    loop.turn();
    EXPECT_EQ(calls, 101);
}

TEST(Loop, TimersFireNeverEarly) {
    Loop loop;
    TimePoint fired{};
    Alarm alarm([&] { fired = loop.now(); });
    const TimePoint due = loop.now() + std::chrono::microseconds(2'300);
    loop.arm(alarm.timer, due);
    while (alarm.timer.armed()) loop.turn(std::chrono::hours(1));
    EXPECT_GE(fired, due);
}

TEST(Loop, TellsWhenATimerIsDueEvenAfterItFired) {
    Loop loop;
    bool fired = false;
    Alarm alarm([&] { fired = true; });
    const TimePoint when = loop.now() + milliseconds(3);
    loop.arm(alarm.timer, when);
    const TimePoint due = loop.due(alarm.timer);
    EXPECT_GE(due, when);
    EXPECT_LT(due, when + milliseconds(1));
    while (!fired) loop.turn(milliseconds(10));
    EXPECT_EQ(loop.due(alarm.timer), due);
}

TEST(Loop, SkippingAheadMovesTimersAndBothClocks) {
    Loop loop;
    int fired = 0;
    Alarm alarm([&] { ++fired; });
    const TimePoint before = loop.now();
    const std::int64_t unix_before = loop.unix_ms();
    loop.arm_after(alarm.timer, std::chrono::minutes(10));
    loop.turn();
    EXPECT_EQ(fired, 0);
    loop.skip_ahead(std::chrono::minutes(10) + milliseconds(2));
    loop.turn();
    EXPECT_EQ(fired, 1);
    EXPECT_GE(loop.now() - before, std::chrono::minutes(10));
    EXPECT_GE(loop.unix_ms() - unix_before, 599'000);
}

TEST(Loop, WallClockAgreesWithTheSystem) {
    Loop loop;
    const auto wall = std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    EXPECT_NEAR(static_cast<double>(loop.unix_ms()), static_cast<double>(wall), 1000);
}

TEST(Loop, ReadBufferHasSlackForSimd) {
    Loop loop;
    const auto buffer = loop.read_buffer();
    EXPECT_EQ(buffer.size(), 64U * 1024);
    EXPECT_EQ(buffer.data()[buffer.size() + 63], 0);
}

TEST(LoopGroup, MultiLoopPostingStormKeepsTheOrderOfEachSender) {
    constexpr int kTasks = 20'000;
    LoopGroup group(3);
    std::vector<std::vector<int>> last(group.size(), std::vector<int>(4, -1));  // by loop and sender; touched by that loop only
    std::atomic<int> left{static_cast<int>(group.size()) * 4 * kTasks};
    std::promise<void> done;
    group.start();
    std::vector<std::thread> senders;
    for (std::size_t sender = 0; sender < 4; ++sender) {
        senders.emplace_back([&, sender] {
            for (int i = 0; i < kTasks; ++i) {
                for (unsigned index = 0; index < group.size(); ++index) {
                    group.at(index).post([&, sender, index, i] {
                        EXPECT_EQ(last[index][sender], i - 1);
                        last[index][sender] = i;
                        if (left.fetch_sub(1) == 1) done.set_value();
                    });
                }
            }
        });
    }
    for (auto& sender : senders) sender.join();
    EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    group.stop();
}

TEST(LoopGroup, MultiLoopTasksBounceBetweenSleepingLoops) {
    // Each post meets a loop that may be about to sleep: a lost wake-up would hang.
    LoopGroup group(2);
    std::promise<void> done;
    std::function<void(int)> bounce = [&](int left) {
        EXPECT_EQ(Loop::current(), &group.at(static_cast<unsigned>(left % 2)));
        if (left == 0) return done.set_value();
        group.at(static_cast<unsigned>((left - 1) % 2)).post([&bounce, left] { bounce(left - 1); });
    };
    group.start();
    group.at(0).post([&] { bounce(20'000); });
    EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    group.stop();
}

TEST(LoopGroup, MultiLoopStopWithTasksStillComing) {
    std::atomic<bool> running{true};
    LoopGroup group(2);
    group.start();
    std::thread sender([&] {
        while (running) group.at(1).post([] {});
    });
    group.stop();
    running = false;
    sender.join();
}

TEST(LoopGroup, ZeroMeansOneACore) {
    const LoopGroup group(0);
    EXPECT_EQ(group.size(), std::max(1U, std::thread::hardware_concurrency()));
}

}  // namespace
}  // namespace sio::runtime
