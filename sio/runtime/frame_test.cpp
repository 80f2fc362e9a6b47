#include "sio/runtime/frame.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace sio::runtime {
namespace {

TEST(Frame, HoldsHeaderAndPayloadInOnePiece) {
    const FrameRef frame = Frame::make("\x81\x05", "hello");
    EXPECT_EQ(frame->bytes(), "\x81\x05hello");
    EXPECT_EQ(frame->header(), "\x81\x05");
    EXPECT_EQ(frame->payload(), "hello");
}

TEST(Frame, MayBeEmpty) {
    EXPECT_EQ(Frame::make("")->bytes(), "");
    EXPECT_EQ(Frame::make("h", "")->payload(), "");
    EXPECT_FALSE(FrameRef());
}

TEST(Frame, KeepsABigPayload) {
    const std::string payload(3'000'000, 'x');
    EXPECT_EQ(Frame::make(payload)->payload(), payload);
}

TEST(FrameRef, CopiesShareAndAssignmentsLetGo) {
    FrameRef first = Frame::make("one");
    FrameRef second = first;
    EXPECT_EQ(&*first, &*second);
    first = Frame::make("two");
    EXPECT_EQ(second->bytes(), "one");
    FrameRef third = std::move(second);
    EXPECT_FALSE(second);  // NOLINT(bugprone-use-after-move)
    first = third;
    EXPECT_EQ(first->bytes(), "one");
}

TEST(FrameRef, MultiLoopReferencesAreCountedExactly) {
    const FrameRef frame = Frame::make("shared by all");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([mine = frame] {
            std::vector<FrameRef> copies;
            for (int n = 0; n < 10'000; ++n) {
                copies.push_back(mine);
                if (copies.size() > 100) copies.clear();
            }
            EXPECT_EQ(mine->bytes(), "shared by all");
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(frame->bytes(), "shared by all");
}

}  // namespace
}  // namespace sio::runtime
