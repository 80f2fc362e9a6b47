#include "sio/runtime/stream.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sio/runtime/connection_counts.hpp"
#include "sio/runtime/listener.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace sio::runtime {
namespace {

using std::chrono::milliseconds;
using testing::connect_pair;
using testing::turn_until;

/// Takes everything, or what `on_data_do` says.
struct Recorder final : StreamHandler {
    std::size_t on_data(char* data, std::size_t size) override {
        if (const auto action = on_data_do) return action(data, size);
        input.append(data, size);
        return size;
    }
    void on_drained() override {
        ++drained;
        if (const auto action = on_drained_do) action();
    }
    void on_closed(CloseCause why) override {
        EXPECT_FALSE(cause);
        cause = why;
        if (const auto action = on_closed_do) action();
    }

    std::string input;
    int drained = 0;
    std::optional<CloseCause> cause;
    std::function<std::size_t(char*, std::size_t)> on_data_do;
    std::function<void()> on_drained_do;
    std::function<void()> on_closed_do;
};

struct StreamTest : ::testing::Test {
    StreamTest() {
        stream->set_handler(&handler);
        stream->start();
    }
    void turns(int count) {
        for (int i = 0; i < count; ++i) loop.turn();
    }
    /// Queues more than the kernel takes.
    std::string clog(std::size_t size = 4'000'000) {
        std::string bytes(size, 'x');
        for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
        stream->send(bytes);
        turns(2);
        EXPECT_TRUE(stream->congested());
        return bytes;
    }
    std::string receive_all(std::size_t size) {
        std::string result;
        EXPECT_TRUE(turn_until(loop, [&] {
            result += peer.receive();
            return result.size() >= size;
        }));
        return result;
    }
    bool closed_with(CloseCause cause) {
        return turn_until(loop, [&] { return handler.cause.has_value(); }) && handler.cause == cause;
    }

    Loop loop;
    testing::Connection connection = connect_pair(loop);
    testing::Peer& peer = connection.peer;
    std::unique_ptr<Stream>& stream = connection.stream;
    Recorder handler;
};

TEST_F(StreamTest, IsSmallWhenIdle) { EXPECT_LE(sizeof(Stream), 200U); }

TEST_F(StreamTest, KnowsItsPeer) {
    EXPECT_EQ(stream->peer_address(), "192.0.2.7");
    EXPECT_EQ(stream->peer().port, 4711);
    EXPECT_FALSE(stream->secure());
}

TEST_F(StreamTest, OffersWhatArrives) {
    peer.send("hello");
    turns(1);
    EXPECT_EQ(handler.input, "hello");
}

TEST_F(StreamTest, OffersTheRestAgainWithMoreBehindIt) {
    std::vector<std::string> offers;
    handler.on_data_do = [&](char* data, std::size_t size) -> std::size_t {
        offers.emplace_back(data, size);
        return size >= 6 ? 6 : 0;
    };
    peer.send("abc");
    turns(2);
    peer.send("defgh");
    turns(2);
    peer.send("ijkl");
    turns(2);
    EXPECT_EQ(offers, (std::vector<std::string>{"abc", "abcdefgh", "ghijkl"}));
}

TEST_F(StreamTest, GathersAMessageLargerThanItsBuffer) {
    std::string message(1'000'000, ' ');
    for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<char>('a' + i % 25);
    handler.on_data_do = [&](char* data, std::size_t size) -> std::size_t {
        for (int i = 0; i < 64; ++i) EXPECT_EQ(data[size + static_cast<std::size_t>(i)] & 0, 0);  // readable
        if (size < message.size()) return 0;
        handler.input.append(data, size);
        return size;
    };
    std::size_t sent = 0;
    ASSERT_TRUE(turn_until(loop, [&] {
        if (sent < message.size()) {
            const std::size_t piece = std::min<std::size_t>(50'000, message.size() - sent);
            peer.send(std::string_view(message).substr(sent, piece));
            sent += piece;
        }
        return !handler.input.empty();
    }));
    EXPECT_EQ(handler.input, message);
}

TEST_F(StreamTest, OffersTheSameBytesHoweverTheyAreCut) {
    // Records of a length byte and as many bytes.
    std::string wire;
    std::string expected;
    for (int i = 0; i < 40; ++i) {
        const std::string record(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
        wire += static_cast<char>(i) + record;
        expected += record + ";";
    }
    handler.on_data_do = [&](char* data, std::size_t size) -> std::size_t {
        std::size_t taken = 0;
        while (taken < size && taken + 1 + static_cast<std::size_t>(data[taken]) <= size) {
            const auto length = static_cast<std::size_t>(data[taken]);
            handler.input += std::string(data + taken + 1, length) + ";";
            taken += 1 + length;
        }
        return taken;
    };
    for (std::size_t step : {1U, 2U, 3U, 7U, 100U, 10'000U}) {
        handler.input.clear();
        for (std::size_t at = 0; at < wire.size(); at += step) {
            peer.send(std::string_view(wire).substr(at, step));
            turns(1);
        }
        EXPECT_EQ(handler.input, expected) << step;
    }
}

TEST_F(StreamTest, WritesOnceATurn) {
    stream->send("one ");
    stream->send(Frame::make("two ", "three"));
    EXPECT_EQ(stream->queued_bytes(), 13U);
    EXPECT_FALSE(stream->writable());
    EXPECT_EQ(peer.receive(), "");
    turns(1);
    EXPECT_TRUE(stream->writable());
    EXPECT_EQ(peer.receive(), "one two three");
    EXPECT_EQ(handler.drained, 0);
}

TEST_F(StreamTest, SendsTheSameFrameToManyWithoutCopyingIt) {
    const FrameRef frame = Frame::make("for all");
    stream->send(frame);
    stream->send(frame);
    stream->send(FrameRef());
    stream->send("");
    turns(1);
    EXPECT_EQ(peer.receive(), "for allfor all");
}

// One frame, few small, many small, big ones among small ones: each takes another way to the kernel.
TEST_F(StreamTest, KeepsOrderInEveryMixtureOfSizes) {
    const std::vector<std::vector<std::size_t>> mixtures = {{5},
                                                            {100'000},
                                                            {1, 2, 3},
                                                            std::vector<std::size_t>(300, 50),
                                                            std::vector<std::size_t>(1000, 40),
                                                            {20'000, 20'000},
                                                            {10, 200'000, 10, 50'000, 1},
                                                            std::vector<std::size_t>(100, 5'000)};
    testing::set_send_buffer(peer.fd(), 4096);
    for (const auto& sizes : mixtures) {
        std::string expected;
        char letter = 'a';
        for (const std::size_t size : sizes) {
            const std::string bytes(size, letter);
            letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1);
            expected += bytes;
            stream->send(bytes);
        }
        EXPECT_TRUE(receive_all(expected.size()) == expected);
        EXPECT_EQ(stream->queued_bytes(), 0U);
    }
}

TEST_F(StreamTest, WritesTheRestWhenThePeerReads) {
    const std::string bytes = clog();
    EXPECT_GT(stream->queued_bytes(), 0U);
    EXPECT_LT(stream->queued_bytes(), bytes.size());
    stream->send("the end");
    EXPECT_TRUE(receive_all(bytes.size() + 7) == bytes + "the end");
    EXPECT_EQ(handler.drained, 1);
    EXPECT_TRUE(stream->writable());
    EXPECT_FALSE(stream->congested());
}

TEST_F(StreamTest, ClosesWhenThePeerDoesNotReadItsQueue) {
    stream->set_queue_limit(1'000'000);
    stream->send(std::string(500'000, 'x'));
    turns(2);
    for (int i = 0; i < 20 && !stream->dead(); ++i) stream->send(std::string(100'000, 'y'));
    EXPECT_TRUE(stream->dead());
    EXPECT_FALSE(handler.cause);  // not from inside the call
    stream->send("too late");
    turns(1);
    EXPECT_EQ(handler.cause, CloseCause::QueueFull);
}

TEST_F(StreamTest, ABurstThatTheKernelTakesIsNoFullQueue) {
    stream->set_queue_limit(1000);
    for (int i = 0; i < 50; ++i) stream->send(std::string(100, 'x'));
    turns(1);
    EXPECT_FALSE(handler.cause);
    EXPECT_EQ(peer.receive().size(), 5000U);
}

TEST_F(StreamTest, TellsOfThePeersEndAfterItsLastBytes) {
    peer.send("last words");
    peer.close();
    EXPECT_TRUE(closed_with(CloseCause::PeerClosed));
    EXPECT_EQ(handler.input, "last words");
    stream->send("into the void");
    stream->finish(milliseconds(1));
    stream->resume_reading();
    turns(2);
}

TEST_F(StreamTest, AnAnswerToAPeerThatStoppedTalkingStillLeaves) {
    handler.on_data_do = [&](char*, std::size_t size) {
        stream->send("answer");
        return size;
    };
    peer.send("request");
    peer.shutdown_write();
    EXPECT_TRUE(closed_with(CloseCause::PeerClosed));
    EXPECT_EQ(peer.receive(6), "answer");
}

TEST_F(StreamTest, AWriteToALostPeerIsReportedInTheFlush) {
    stream->pause_reading();
    peer.close();
    stream->send("x");
    EXPECT_FALSE(handler.cause);
    EXPECT_TRUE(closed_with(CloseCause::Error));
}

TEST_F(StreamTest, APausedStreamNoticesALostPeer) {
    stream->pause_reading();
    peer.close();
    EXPECT_TRUE(closed_with(CloseCause::Error));
}

TEST_F(StreamTest, OffersNothingWhilePaused) {
    stream->pause_reading();
    peer.send("held back");
    turns(3);
    EXPECT_EQ(handler.input, "");
    stream->resume_reading();
    turns(1);
    EXPECT_EQ(handler.input, "held back");
}

TEST_F(StreamTest, OffersTheRestAfterAPause) {
    // A request at a time: each pauses until answered.
    handler.on_data_do = [&](char* data, std::size_t) -> std::size_t {
        handler.input += data[0];
        stream->pause_reading();
        return 1;
    };
    peer.send("abc");
    turns(3);
    EXPECT_EQ(handler.input, "a");
    stream->resume_reading();
    turns(3);
    EXPECT_EQ(handler.input, "ab");
    stream->resume_reading();
    stream->resume_reading();
    turns(3);
    EXPECT_EQ(handler.input, "abc");
}

TEST_F(StreamTest, OffersTheRestAtOnceWhenResumedInside) {
    handler.on_data_do = [&](char* data, std::size_t) -> std::size_t {
        handler.input += data[0];
        stream->pause_reading();
        stream->resume_reading();
        return 1;
    };
    peer.send("abc");
    turns(1);
    EXPECT_EQ(handler.input, "abc");
}

TEST_F(StreamTest, ResumingWithoutAPauseOffersTheRestAgain) {
    int offers = 0;
    handler.on_data_do = [&](char*, std::size_t) -> std::size_t {
        ++offers;
        return 0;
    };
    peer.send("abc");
    turns(3);
    EXPECT_EQ(offers, 1);
    stream->resume_reading();
    turns(3);
    EXPECT_EQ(offers, 2);
}

TEST_F(StreamTest, OffersTheRestToTheNextHandlerOnceStarted) {
    for (const bool start_inside : {true, false}) {
        Recorder next;
        stream->set_handler(&handler);
        stream->start();
        handler.on_data_do = [&](char*, std::size_t) -> std::size_t {
            stream->set_handler(&next);
            if (start_inside) stream->start();
            return 4;
        };
        peer.send("GET frames");
        turns(2);
        if (!start_inside) {
            EXPECT_EQ(next.input, "");
            stream->start();
            turns(1);
        }
        EXPECT_EQ(next.input, "frames");
        peer.send(" more");
        turns(2);
        EXPECT_EQ(next.input, "frames more");
        stream->set_handler(nullptr);
    }
}

TEST_F(StreamTest, PrependedBytesComeFirst) {
    stream->pause_reading();
    stream->prepend_unread("second ");
    stream->prepend_unread("first ");
    peer.send("third");
    stream->start();
    turns(3);
    EXPECT_EQ(handler.input, "first second third");
}

TEST_F(StreamTest, FinishWritesAllThenWaitsForThePeer) {
    const std::string bytes = clog();
    stream->finish(std::chrono::seconds(30));
    stream->send("not any more");
    EXPECT_TRUE(receive_all(bytes.size()) == bytes);
    turns(3);
    EXPECT_EQ(peer.receive(), "");
    EXPECT_TRUE(peer.ended());
    EXPECT_FALSE(handler.cause);
    peer.send("dropped");
    turns(2);
    EXPECT_EQ(handler.input, "");
    peer.close();
    EXPECT_TRUE(closed_with(CloseCause::PeerClosed));
    EXPECT_EQ(handler.drained, 0);
}

TEST_F(StreamTest, FinishSendsTheRestToAPeerThatStoppedTalking) {
    const std::string bytes = clog();
    stream->finish(std::chrono::seconds(30));
    peer.shutdown_write();
    turns(5);
    EXPECT_FALSE(handler.cause);
    EXPECT_TRUE(receive_all(bytes.size()) == bytes);
    EXPECT_TRUE(closed_with(CloseCause::PeerClosed));
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(StreamTest, FinishGivesUpWhenTheTimeIsOver) {
    clog();
    stream->finish(milliseconds(500));
    turns(3);
    EXPECT_FALSE(handler.cause);
    loop.skip_ahead(std::chrono::seconds(1));
    turns(1);
    EXPECT_EQ(handler.cause, CloseCause::Error);
}

TEST_F(StreamTest, FinishInsideOnDataDropsTheRest) {
    handler.on_data_do = [&](char*, std::size_t) -> std::size_t {
        ++handler.drained;
        stream->send("bye");
        stream->finish(std::chrono::seconds(30));
        return 1;
    };
    peer.send("abc");
    turns(3);
    peer.send("def");
    turns(3);
    EXPECT_EQ(handler.drained, 1);
    EXPECT_EQ(peer.receive(), "bye");
    peer.close();
    EXPECT_TRUE(closed_with(CloseCause::PeerClosed));
}

TEST_F(StreamTest, AbortClosesWithoutACall) {
    stream->send("never sent");
    stream->abort();
    EXPECT_TRUE(stream->dead());
    turns(2);
    EXPECT_FALSE(handler.cause);
    EXPECT_EQ(peer.receive(), "");
    EXPECT_TRUE(peer.ended());
}

TEST_F(StreamTest, AbortInsideOnDataEndsOffering) {
    handler.on_data_do = [&](char*, std::size_t) -> std::size_t {
        stream->abort();
        stream->send("x");
        return 1;
    };
    peer.send("abc");
    turns(3);
    EXPECT_FALSE(handler.cause);
}

TEST_F(StreamTest, AbortAfterAFullQueueTakesTheReportBack) {
    stream->set_queue_limit(10);
    stream->send(std::string(4'000'000, 'x'));
    EXPECT_TRUE(stream->dead());
    stream->abort();
    turns(2);
    EXPECT_FALSE(handler.cause);
}

TEST_F(StreamTest, MayBeDestroyedInOnData) {
    handler.on_data_do = [&](char*, std::size_t size) {
        stream->send("unsent");
        stream.reset();
        return size;
    };
    peer.send("abc");
    turns(3);
    EXPECT_EQ(stream, nullptr);
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(StreamTest, MayBeDestroyedInOnDataOfKeptBytes) {
    stream->prepend_unread(std::string(100'000, 'x'));
    handler.on_data_do = [&](char* data, std::size_t size) {
        stream.reset();
        data[size - 1] = 'y';  // the bytes live as long as the call
        return size;
    };
    stream->start();
    turns(3);
    EXPECT_EQ(stream, nullptr);
}

TEST_F(StreamTest, MayBeDestroyedInOnDataOfAMessageGrownInPlace) {
    handler.on_data_do = [&](char* data, std::size_t size) -> std::size_t {
        if (size < 150'000) return 0;
        stream.reset();
        data[size - 1] = 'y';
        return 5;
    };
    ASSERT_TRUE(turn_until(loop, [&] {
        peer.send(std::string(30'000, 'x'));
        return stream == nullptr;
    }));
}

TEST_F(StreamTest, MayBeDestroyedInOnDrained) {
    handler.on_drained_do = [&] { stream.reset(); };
    const std::string bytes = clog();
    EXPECT_TRUE(receive_all(bytes.size()) == bytes);
    turns(2);
    EXPECT_EQ(stream, nullptr);
}

TEST_F(StreamTest, MayBeDestroyedInOnClosed) {
    handler.on_closed_do = [&] { stream.reset(); };
    peer.close();
    EXPECT_TRUE(closed_with(CloseCause::PeerClosed));
    EXPECT_EQ(stream, nullptr);
    turns(2);
}

TEST_F(StreamTest, MayBeDestroyedInOnClosedAfterAFullQueue) {
    handler.on_closed_do = [&] { stream.reset(); };
    stream->set_queue_limit(1000);
    stream->send(std::string(4'000'000, 'x'));
    EXPECT_TRUE(closed_with(CloseCause::QueueFull));
    EXPECT_EQ(stream, nullptr);
}

TEST_F(StreamTest, MayBeDestroyedInOnClosedAfterLinger) {
    handler.on_closed_do = [&] { stream.reset(); };
    stream->finish(milliseconds(1));
    turns(1);
    loop.skip_ahead(std::chrono::seconds(1));
    EXPECT_TRUE(closed_with(CloseCause::Error));
    EXPECT_EQ(stream, nullptr);
}

TEST_F(StreamTest, OneStreamsHandlerMayDestroyAnotherStream) {
    testing::Connection other = connect_pair(loop);
    Recorder other_handler;
    other.stream->set_handler(&other_handler);
    other.stream->start();
    // Both are ready in the same turn; whichever comes first destroys the other.
    handler.on_data_do = [&](char*, std::size_t size) {
        other.stream.reset();
        return size;
    };
    other_handler.on_data_do = [&](char*, std::size_t size) {
        stream.reset();
        return size;
    };
    peer.send("a");
    other.peer.send("b");
    turns(3);
    EXPECT_NE(stream == nullptr, other.stream == nullptr);
}

TEST_F(StreamTest, AnswersSentInOnDrainedLeave) {
    handler.on_drained_do = [&] { stream->send("more"); };
    const std::string bytes = clog();
    EXPECT_TRUE(receive_all(bytes.size() + 4) == bytes + "more");
    turns(2);
    EXPECT_EQ(handler.drained, 1);
}

TEST_F(StreamTest, GivesItsCountBackWhenItsSocketCloses) {
    auto counts = std::make_shared<ConnectionCounts>(10, 10);
    ASSERT_TRUE(counts->try_add(stream->peer()));
    stream->count_in(counts);
    peer.close();
    EXPECT_TRUE(closed_with(CloseCause::PeerClosed));
    EXPECT_EQ(counts->total(), 0U);
    stream.reset();
    EXPECT_EQ(counts->total(), 0U);
}

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
    const TimePoint deadline = Clock::now() + std::chrono::seconds(10);
    while (destroyed < kStreams && Clock::now() < deadline) std::this_thread::yield();
    EXPECT_EQ(destroyed, kStreams);
    group.stop();
}

}  // namespace
}  // namespace sio::runtime
