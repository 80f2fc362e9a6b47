#include "sio/runtime/stream.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "sio/runtime/connection_counts.hpp"
#include "sio/runtime/testing/stream_fixture.hpp"

namespace sio::runtime {
namespace {

using std::chrono::milliseconds;
using testing::connect_pair;
using testing::Recorder;
using testing::StreamTest;
using testing::turn_until;

// How streams end, and what handlers may destroy while they are called.

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

}  // namespace
}  // namespace sio::runtime
