#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sio/runtime/stream.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace sio::runtime::testing {

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
    Connection connection = connect_pair(loop);
    Peer& peer = connection.peer;
    std::unique_ptr<Stream>& stream = connection.stream;
    Recorder handler;
};

}  // namespace sio::runtime::testing
