// Clients sent away little by little.
#include <atomic>
#include <stdexcept>
#include <thread>

#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

using testing::Client;

class Draining : public testing::ServerTest {
protected:
    void SetUp() override {
        options_.loops = 2;
        io().on_disconnect([this](Socket&, DisconnectReason reason) { journal_.add(std::string(to_string(reason))); });
        start();
        for (int i = 0; i < 8; ++i) clients_.push_back(join());
    }
    std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(Draining, EndsEveryConnectionMultiLoop) {
    EXPECT_EQ(io().sessions(), clients_.size());
    io().drain({.over = std::chrono::milliseconds(100), .busy = {}});
    for (const auto& client : clients_) EXPECT_TRUE(client->closed());
    EXPECT_EQ(journal_.wait(clients_.size()), std::vector<std::string>(clients_.size(), "server shutting down"));
    while (io().sessions() > 0) std::this_thread::yield();
}

TEST_F(Draining, LeavesTheRestInServiceMeanwhile) {
    io().drain({.over = std::chrono::minutes(10), .busy = {}});
    for (const auto& client : clients_) EXPECT_TRUE(client->sync());
    EXPECT_EQ(io().sessions(), clients_.size());
}

TEST_F(Draining, StillAcceptsConnectionsButNoSessions) {
    io().drain({.over = std::chrono::minutes(10), .busy = {}});
    try {
        connect();
        ADD_FAILURE() << "a session was opened";
    } catch (const std::runtime_error& refusal) {
        EXPECT_STREQ(refusal.what(), "no open packet");
    }
    EXPECT_EQ(io().sessions(), clients_.size());
}

TEST_F(Draining, WaitsForTheBusy) {
    std::atomic<bool> busy{true};
    io().drain({.over = {}, .busy = [&](Connection&) { return busy.load(); }});
    for (const auto& client : clients_) EXPECT_TRUE(client->sync());
    busy = false;
    for (const auto& client : clients_) EXPECT_TRUE(client->closed());
    io().close();
}

}  // namespace
}  // namespace sio
