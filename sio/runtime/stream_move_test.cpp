#include "sio/runtime/stream.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sio/runtime/listener.hpp"
#include "sio/runtime/testing/eventually.hpp"
#include "sio/runtime/testing/stream_fixture.hpp"

namespace sio::runtime {
namespace {

using testing::connect_pair;
using testing::Recorder;
using testing::StreamTest;
using testing::turn_until;

// Streams that go from loop to loop.

TEST_F(StreamTest, MovesBetweenLoopsWithOutputAndUnreadBytes) {
    handler.on_data_do = [](char*, std::size_t) -> std::size_t { return 0; };
    peer.send("unread ");
    turns(1);
    const std::string bytes = clog();
    stream->detach();
    peer.send("on the way");

    Loop second;
    stream->attach(second);
    Recorder next;
    stream->set_handler(&next);
    stream->start();
    std::string received;
    EXPECT_TRUE(turn_until(second, [&] {
        received += peer.receive();
        return received.size() >= bytes.size() && next.input.size() >= 17;
    }));
    EXPECT_TRUE(received == bytes);
    EXPECT_EQ(next.input, "unread on the way");
    EXPECT_EQ(&stream->loop(), &second);
    stream.reset();
}

TEST_F(StreamTest, MayBeDetachedInsideOnDataWithWhatIsHandedBack) {
    handler.on_data_do = [&](char* data, std::size_t size) -> std::size_t {
        stream->prepend_unread({data + 3, size - 3});
        stream->detach();
        return 1;  // ignored
    };
    peer.send("cutrest");
    turns(2);
    Recorder next;
    stream->set_handler(&next);
    stream->attach(loop);
    stream->start();
    turns(2);
    EXPECT_EQ(next.input, "rest");
    stream->set_handler(nullptr);
}

TEST_F(StreamTest, ADetachedStreamMayBeDestroyed) {
    stream->send("x");
    stream->detach();
    stream.reset();
    turns(1);
    EXPECT_TRUE(peer.wait_for_end());
}

/// Echoes lines; a line "go" moves the stream to the other loop, with what stands behind it unread.
struct Wanderer final : StreamHandler {
    Wanderer(LoopGroup& all, std::unique_ptr<Stream> owned, std::atomic<int>& gone)
        : group(all), stream(std::move(owned)), destroyed(gone) {}
    ~Wanderer() override { ++destroyed; }

    static void settle(std::unique_ptr<Wanderer> wanderer, Loop& loop) {
        Wanderer* const self = wanderer.release();
        self->stream->attach(loop);
        self->begin();
    }
    void begin() {
        stream->set_handler(this);
        stream->start();
    }
    std::size_t on_data(char* data, std::size_t size) override {
        const std::string_view text(data, size);
        std::size_t taken = 0;
        for (std::size_t end; (end = text.find('\n', taken)) != std::string_view::npos;) {
            const std::string_view line = text.substr(taken, end - taken);
            taken = end + 1;
            if (line == "go") {
                stream->prepend_unread(text.substr(taken));
                Loop& next = group.at((stream->loop().index() + 1) % group.size());
                stream->detach();
                next.post([self = std::unique_ptr<Wanderer>(this), &next]() mutable { settle(std::move(self), next); });
                return size;
            }
            stream->send(std::to_string(stream->loop().index()) + ":" + std::string(line) + "\n");
        }
        return taken;
    }
    void on_closed(CloseCause) override {
        stream->loop().defer([self = std::unique_ptr<Wanderer>(this)] {});
    }

    LoopGroup& group;
    std::unique_ptr<Stream> stream;
    std::atomic<int>& destroyed;
};

TEST(StreamMultiLoop, WandersBetweenLoopsWithUnreadBytes) {
    constexpr int kStreams = 8;
    constexpr int kRounds = 200;
    std::atomic<int> destroyed{0};
    LoopGroup group(3);
    std::vector<testing::Peer> peers;
    for (int i = 0; i < kStreams; ++i) {
        auto [peer, stream] = connect_pair(group.at(0));
        peers.push_back(std::move(peer));
        group.at(0).post(
            [wanderer = std::make_unique<Wanderer>(group, std::move(stream), destroyed)]() mutable { wanderer.release()->begin(); });
    }
    group.start();
    std::string lines;
    std::string expected;
    for (int round = 0; round < kRounds; ++round) {
        lines += "first" + std::to_string(round) + "\nsecond\ngo\n";
        const std::string prefix = std::to_string(round % 3) + ":";
        expected += prefix + "first" + std::to_string(round) + "\n" + prefix + "second\n";
    }
    // Cut at odd places, so that lines are torn across moves.
    for (std::size_t at = 0; at < lines.size(); at += 37) {
        for (auto& peer : peers) ASSERT_TRUE(peer.send(std::string_view(lines).substr(at, 37)));
    }
    for (auto& peer : peers) EXPECT_EQ(peer.receive(expected.size()), expected);
    peers.clear();
    testing::eventually([&] { return destroyed >= kStreams; });
    EXPECT_EQ(destroyed, kStreams);
    group.stop();
}

}  // namespace
}  // namespace sio::runtime
