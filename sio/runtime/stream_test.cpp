#include "sio/runtime/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "sio/runtime/testing/stream_fixture.hpp"

namespace sio::runtime {
namespace {

using testing::Recorder;
using testing::StreamTest;
using testing::turn_until;

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

}  // namespace
}  // namespace sio::runtime
