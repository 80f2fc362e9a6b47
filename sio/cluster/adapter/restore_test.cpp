// Connection state recovery over servers (protocol 2.3): what a client missed while it was away, from whatever server, in order, once.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "sio/cluster/testing/cluster.hpp"

namespace sio::cluster {
namespace {

using testing::Carrying;
using testing::eventually;

/// The value of a string member of a CONNECT answer.
std::string member_of(const std::string& packet, const std::string& name) {
    const auto at = packet.find('"' + name + "\":\"");
    if (at == std::string::npos) return {};
    const auto start = at + name.size() + 4;
    return packet.substr(start, packet.find('"', start) - start);
}

/// `42["x",1,"offset"]` in two.
std::pair<std::string, std::string> without_offset(const std::string& packet) {
    const auto at = packet.rfind(",\"");
    if (at == std::string::npos) return {packet, {}};
    return {packet.substr(0, at) + "]", packet.substr(at + 2, packet.size() - at - 4)};
}

class Restore : public testing::ClusterTest {
protected:
    void SetUp() override {
        start(Carrying::Recovery, [this](Server& io) {
            io.of("/").describe([](Socket& socket, json::Writer& writer) {
                const auto* const name = socket.data<std::string>();
                writer.value(name ? std::string_view(*name) : std::string_view("nameless"));
            });
            io.of("/").on_restored(
                [](Socket& socket, json::Value described) { socket.set_data<std::string>(std::string(described.string().value_or(""))); });
            io.on_connection([this](Socket& socket) {
                if (socket.recovered()) recovered_.fetch_add(1);
            });
        });
        guest_ = node(0).connect();
        guest_->send("40");
        const auto answer = guest_->receive();
        sid_ = member_of(answer, "sid");
        pid_ = member_of(answer, "pid");
        ASSERT_EQ(pid_.size(), 20U) << answer;
        node(0).with(sid_, [](Socket& socket) {
            socket.join({"room", "other"});
            socket.set_data<std::string>("Ann");
        });
        nsp(1).emit("first");
        const auto [event, offset] = without_offset(guest_->receive());
        ASSERT_EQ(event, R"(42["first"])");
        offset_ = offset;
    }

    /// Cuts the guest's connection and waits until the server has kept its session.
    void cut() {
        guest_->cut();
        ASSERT_TRUE(eventually([&] { return valkey_->ask({"EXISTS", "sio:session:" + pid_}) == ":1\r\n"; }));
    }
    /// Comes back on a server. Returns the answer of CONNECT.
    std::string come_back(std::size_t i, const std::string& offset) {
        guest_ = node(i).connect();
        guest_->send(R"(40{"pid":")" + pid_ + R"(","offset":")" + offset + "\"}");
        return guest_->receive();
    }
    void expect_next(const std::string& json) {
        const auto [event, offset] = without_offset(guest_->receive());
        EXPECT_EQ(event, "42" + json);
        if (event == "42" + json) offset_ = offset;
    }

    std::unique_ptr<sio::testing::Client> guest_;
    std::string sid_;
    std::string pid_;
    std::string offset_;
    std::atomic<int> recovered_{0};
};

TEST_F(Restore, MultiLoopOnAnotherServerGivesWhatWasMissedInOrder) {
    cut();
    // Each server publishes over its own connection: the next one waits until the entry is there.
    std::size_t entries = 1;
    const auto settle = [&] {
        const auto wanted = ":" + std::to_string(++entries) + "\r\n";
        ASSERT_TRUE(eventually([&] { return valkey_->ask({"XLEN", "socket.io"}) == wanted; }));
    };
    nsp(0).emit("a", 1);
    settle();
    nsp(1).to("room").emit("b", Binary{"\xff"});
    settle();
    nsp(2).to("room").to("other").emit("c");
    settle();
    nsp(2).to("elsewhere").emit("not for it");
    settle();
    nsp(1).to("room").except("other").emit("not for it either");
    settle();
    nsp(1).volatile_().emit("of no use later");
    settle();
    nsp(0).local().emit("of that server only");
    nsp(0).to(sid_).emit("d");
    settle();
    const auto answer = come_back(1, offset_);
    EXPECT_EQ(member_of(answer, "sid"), sid_);
    EXPECT_EQ(member_of(answer, "pid"), pid_);
    expect_next(R"(["a",1])");
    EXPECT_EQ(without_offset(guest_->receive()).first, R"(451-["b",{"_placeholder":true,"num":0}])");
    EXPECT_EQ(guest_->receive(), "b:\xff");
    expect_next(R"(["c"])");
    expect_next(R"(["d"])");
    nsp(2).to("room").emit("live");
    expect_next(R"(["live"])");
    EXPECT_EQ(recovered_, 1);
    node(1).with(sid_, [](Socket& socket) {
        EXPECT_TRUE(socket.recovered());
        EXPECT_TRUE(socket.in_room("room"));
        ASSERT_NE(socket.data<std::string>(), nullptr);
        EXPECT_EQ(*socket.data<std::string>(), "Ann");
    });
}

TEST_F(Restore, MultiLoopOnTheSameServer) {
    cut();
    nsp(2).emit("a");
    const auto answer = come_back(0, offset_);
    EXPECT_EQ(member_of(answer, "sid"), sid_);
    expect_next(R"(["a"])");
}

TEST_F(Restore, MultiLoopAgainAndAgain) {
    for (std::size_t round = 0; round < 6; ++round) {
        cut();
        nsp(round).emit("missed", round);
        const auto answer = come_back(round + 1, offset_);
        ASSERT_EQ(member_of(answer, "sid"), sid_) << round;
        expect_next(R"(["missed",)" + std::to_string(round) + "]");
        nsp(round + 2).emit("live", round);
        expect_next(R"(["live",)" + std::to_string(round) + "]");
    }
}

TEST_F(Restore, MultiLoopLosesAndRepeatsNothingWhileEventsPour) {
    std::atomic<bool> done{false};
    std::atomic<int> sent{0};
    std::thread pouring([&] {
        while (!done) {
            const int number = sent.fetch_add(1);
            nsp(static_cast<std::size_t>(number) % 3).to("room").emit("n", number);
            // Each server publishes over its own connection: only one at a time keeps the numbers in order.
            const auto wanted = std::to_string(number + 2) + "\r\n";
            while (valkey_->ask({"XLEN", "socket.io"}) != ":" + wanted && !done) std::this_thread::yield();
        }
    });
    int expected = 0;
    for (std::size_t round = 0; round < 5; ++round) {
        for (int i = 0; i < 5; ++i) expect_next(R"(["n",)" + std::to_string(expected++) + "]");
        cut();
        ASSERT_EQ(member_of(come_back(round + 1, offset_), "sid"), sid_) << round;
    }
    for (int i = 0; i < 5; ++i) expect_next(R"(["n",)" + std::to_string(expected++) + "]");
    done = true;
    pouring.join();
}

TEST_F(Restore, ASessionIsTakenOnce) {
    cut();
    EXPECT_EQ(member_of(come_back(1, offset_), "sid"), sid_);
    const auto first = std::move(guest_);  // stays
    const auto answer = come_back(2, offset_);
    EXPECT_NE(member_of(answer, "sid"), sid_);
    EXPECT_NE(member_of(answer, "pid"), pid_);
}

TEST_F(Restore, AnOffsetThatIsNotInTheStreamMakesANewSession) {
    for (const auto* const offset : {"0-1", "1-", "x", "-", "99999999999999999999-0", "18446744073709551615-0"}) {
        EXPECT_NE(member_of(come_back(1, offset), "sid"), sid_) << offset;
    }
}

TEST_F(Restore, AForgedSessionMakesANewOne) {
    for (const auto* const session : {"", "***", "gA==", "hKNzaWShcw==", "wA=="}) {
        valkey_->ask({"SET", "sio:session:forged", session});
        guest_ = node(1).connect();
        guest_->send(R"(40{"pid":"forged","offset":")" + offset_ + "\"}");
        EXPECT_EQ(member_of(guest_->receive(), "sid").size(), 20U) << session;
    }
    EXPECT_EQ(recovered_, 0);
}

TEST_F(Restore, WithoutValkeyAClientStartsAnew) {
    cut();
    valkey_->kill();
    ASSERT_TRUE(eventually([&] { return !node(1).valkey().connected(); }));
    EXPECT_NE(member_of(come_back(1, offset_), "sid"), sid_);
}

}  // namespace
}  // namespace sio::cluster
