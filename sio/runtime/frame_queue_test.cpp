#include "sio/runtime/frame_queue.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <string>

namespace sio::runtime {
namespace {

TEST(FrameQueue, BehavesLikeADeque) {
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        FrameQueue queue;
        std::deque<std::string> expected;
        int next = 0;
        for (int step = 0; step < 2000; ++step) {
            // Phases of growing and of shrinking, and now and then a clear.
            const bool push = random() % 100 < (step / 100 % 2 == 0 ? 70U : 30U);
            if (push || expected.empty()) {
                expected.push_back(std::to_string(next++));
                queue.push(Frame::make(expected.back()));
            } else if (random() % 500 == 0) {
                expected.clear();
                queue.clear();
            } else {
                expected.pop_front();
                queue.pop();
            }
            ASSERT_EQ(queue.size(), expected.size());
            ASSERT_EQ(queue.empty(), expected.empty());
            for (std::size_t i = 0; i < expected.size(); i += 1 + expected.size() / 8) ASSERT_EQ(queue[i].bytes(), expected[i]);
        }
    }
}

TEST(FrameQueue, LetsGoOfAFrameWhenItIsPopped) {
    FrameQueue queue;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 100; ++i) queue.push(Frame::make("x"));
        for (int i = 0; i < 100; ++i) queue.pop();
        EXPECT_TRUE(queue.empty());
    }
}

TEST(FrameQueue, IsSmall) { EXPECT_LE(sizeof(FrameQueue), 40U); }

}  // namespace
}  // namespace sio::runtime
