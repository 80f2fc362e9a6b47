#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sio/socketio/socketio.hpp"
#include "sio/socketio/testing/client.hpp"

namespace sio::testing {

/// What handlers on any loop noted, for the test to wait for.
class Journal {
public:
    void add(std::string entry) {
        const std::scoped_lock lock(mutex_);
        entries_.push_back(std::move(entry));
        changed_.notify_all();
    }
    /// Waits until there are `count` entries, five seconds at most, and returns them all.
    std::vector<std::string> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, std::chrono::seconds(5), [&] { return entries_.size() >= count; });
        return entries_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> entries_;
};

/// A server on its own loops and a port of the kernel's choice. Register, then start().
class ServerTest : public ::testing::Test {
protected:
    void TearDown() override {
        if (io_) io_->close();
    }

    Server& io() {
        if (!io_) {
            options_.on_error = [this](const HandlerError& error) {
                errors_.add(std::string(error.nsp) + " " + std::string(error.event) + ": " + std::string(error.what));
            };
            io_ = std::make_unique<Server>(options_);
            io_->on("sync", [](Socket&, const Event& event) { event.ack(); });
        }
        return *io_;
    }
    void start() {
        const auto port = io().listen({});
        ASSERT_TRUE(port.has_value()) << port.error().detail;
        port_ = *port;
        io().start();
    }
    std::unique_ptr<Client> connect() const { return std::make_unique<Client>(port_); }
    std::unique_ptr<Client> join(std::string_view nsp = "/") const {
        auto client = connect();
        EXPECT_EQ(client->join(nsp).size(), 20U);
        return client;
    }

    Options options_ = [] {
        Options options;
        options.loops = 1;
        return options;
    }();
    Journal journal_;
    Journal errors_;
    std::unique_ptr<Server> io_;
    std::uint16_t port_ = 0;
};

}  // namespace sio::testing
