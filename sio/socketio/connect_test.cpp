// Protocol 1.4: CONNECT, DISCONNECT, what is out of place; 1.5: middlewares.
#include <thread>

#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

using testing::Journal;
using testing::sid_of;

class Connecting : public testing::ServerTest {};

TEST_F(Connecting, IsAnsweredWithAnIdThatIsNotTheSecretOne) {
    std::string secret;
    io().on_connection([&](Socket& socket) { secret = socket.connection().id(); });
    start();
    auto client = connect();
    client->send("40");
    const auto answer = client->receive();
    EXPECT_TRUE(answer.starts_with(R"(40{"sid":")")) << answer;
    EXPECT_EQ(sid_of(answer).size(), 20U);
    EXPECT_NE(sid_of(answer), secret);
}

TEST_F(Connecting, ToANamespaceNamesIt) {
    io().of("/chat");
    start();
    auto client = connect();
    client->send("40/chat");
    EXPECT_TRUE(client->receive().starts_with(R"(40/chat,{"sid":")"));
    client->send("40/chat,");
    EXPECT_TRUE(client->closed()) << "joined already";
}

TEST_F(Connecting, ToAnUnknownNamespaceIsRefusedAndMayBeTriedAgain) {
    start();
    auto client = connect();
    client->send("40/random");
    EXPECT_EQ(client->receive(), R"(44/random,{"message":"Invalid namespace"})");
    EXPECT_EQ(client->join().size(), 20U);
}

TEST_F(Connecting, GivesMiddlewaresAndHandlersThePayload) {
    io().use([](Socket& socket, Next next) {
        socket.set_data<std::string>(socket.auth());
        next();
    });
    io().on_connection([](Socket& socket) { socket.emit("auth", json::Raw{socket.auth()}, *socket.data<std::string>()); });
    io().on("later", [](Socket& socket, const Event&) { socket.emit("auth", json::Raw{socket.auth()}); });
    start();
    auto client = connect();
    client->join("/", R"({"token":"abc"})");
    EXPECT_EQ(client->receive(), R"(42["auth",{"token":"abc"},"{\"token\":\"abc\"}"])");
    client->send(R"(42["later"])");
    EXPECT_EQ(client->receive(), R"(42["auth",{}])") << "not retained";
}

class BadConnect : public Connecting, public ::testing::WithParamInterface<std::string_view> {};

TEST_P(BadConnect, ClosesTheConnection) {
    start();
    auto client = connect();
    client->send(GetParam());
    EXPECT_TRUE(client->closed());
    EXPECT_EQ(join()->sync(), true) << "others are not disturbed";
}

INSTANTIATE_TEST_SUITE_P(Packets, BadConnect,
                         ::testing::Values("40[]", "40null", "40\"x\"", "401", "40{", "40{}x", R"(42["hi"])", "41", "431[]",
                                           R"(44{"message":"x"})", "40/chat,[]", "", "abc", "4", "47"));

TEST_F(Connecting, RefusesNamesThatAreTooLong) {
    start();
    auto client = connect();
    client->send("40/" + std::string(300, 'a'));
    EXPECT_TRUE(client->closed());
}

TEST_F(Connecting, MustHappenInTime) {
    options_.connect_timeout = std::chrono::milliseconds(50);
    start();
    EXPECT_TRUE(connect()->closed());
}

TEST_F(Connecting, InTimeStopsTheClock) {
    options_.connect_timeout = std::chrono::milliseconds(50);
    options_.engine.ping_interval = std::chrono::milliseconds(120);
    start();
    auto client = join();
    client->send("41");
    auto other = connect();
    EXPECT_TRUE(other->closed()) << "its own clock ran out";
    EXPECT_EQ(client->join().size(), 20U) << "leaving the last namespace closes nothing";
}

TEST_F(Connecting, ServesNamespacesOfOneConnectionSideBySide) {
    for (const auto* name : {"/a", "/b"}) {
        io().of(name).on("who", [](Socket& socket, const Event& event) { event.ack(socket.nsp().name(), socket.id()); });
    }
    start();
    auto client = connect();
    const auto a = client->join("/a");
    const auto b = client->join("/b");
    EXPECT_NE(a, b);
    client->send(R"(42/b,1["who"])");
    EXPECT_EQ(client->receive(), R"(43/b,1["/b",")" + b + R"("])");
    client->send("41/a,");
    client->send(R"(42/b,2["who"])");
    EXPECT_EQ(client->receive(), R"(43/b,2["/b",")" + b + R"("])");
    client->send(R"(42/a,3["who"])");
    EXPECT_TRUE(client->closed());
}

class Middlewares : public testing::ServerTest {};

TEST_F(Middlewares, RunInOrderBeforeTheAnswer) {
    io().use([&](Socket& socket, Next next) {
        journal_.add(socket.connected() ? "connected" : "first");
        socket.join("early");
        next();
        journal_.add("after next");
    });
    io().use([&](Socket&, Next next) {
        journal_.add("second");
        next();
    });
    io().on_connection([&](Socket& socket) { journal_.add(socket.in_room("early") ? "connection" : "no room"); });
    start();
    join();
    EXPECT_EQ(journal_.wait(4), (std::vector<std::string>{"first", "after next", "second", "connection"}));
}

TEST_F(Middlewares, RefuseWithMessageAndData) {
    io().of("/a").use([](Socket&, Next next) { next(ConnectError{"AUTH_TOKEN_INVALID", R"({"code":7})"}); });
    io().of("/a").on_disconnect([&](Socket&, DisconnectReason) { journal_.add("disconnect"); });
    io().use([](Socket&, Next next) { next(ConnectError{"no \"data\"", {}}); });
    start();
    auto client = connect();
    client->send("40/a,{}");
    EXPECT_EQ(client->receive(), R"(44/a,{"message":"AUTH_TOKEN_INVALID","data":{"code":7}})");
    client->send("40");
    EXPECT_EQ(client->receive(), R"(44{"message":"no \"data\""})");
    EXPECT_EQ(io().of("/a").socket_count(), 0U);
    client->send("40/a,");
    EXPECT_TRUE(client->receive().starts_with("44/a,")) << "may try again";
    EXPECT_TRUE(journal_.wait(0).empty());
}

TEST_F(Middlewares, MayAnswerLaterFromAnotherThread) {
    std::vector<std::thread> threads;
    io().use([&](Socket& socket, Next next) {
        threads.emplace_back([next = std::move(next), refuse = socket.auth() != "{}"]() mutable {
            if (refuse) {
                next(ConnectError{"refused", {}});
            } else {
                next();
            }
        });
    });
    start();
    auto client = connect();
    client->send("40");
    EXPECT_TRUE(client->receive().starts_with("40{"));
    auto other = connect();
    other->send(R"(40{"a":1})");
    EXPECT_EQ(other->receive(), R"(44{"message":"refused"})");
    for (auto& thread : threads) thread.join();
}

TEST_F(Middlewares, ThatForgetToAnswerOrThrowRefuse) {
    io().of("/forgets").use([](Socket&, Next) {});
    io().of("/throws").use([](Socket&, Next) { throw std::runtime_error("broken"); });
    start();
    auto client = connect();
    client->send("40/forgets,");
    EXPECT_EQ(client->receive(), R"(44/forgets,{"message":"Internal server error"})");
    client->send("40/throws,");
    EXPECT_EQ(client->receive(), R"(44/throws,{"message":"Internal server error"})");
    EXPECT_EQ(errors_.wait(1), (std::vector<std::string>{"/throws middleware: broken"}));
}

TEST_F(Middlewares, MayBeAnsweredOnceOnly) {
    io().use([](Socket&, Next next) {
        next();
        next(ConnectError{"too late", {}});
    });
    start();
    EXPECT_TRUE(join()->sync());
}

/// One that waits until the test lets it go on.
class Waiting : public testing::ServerTest {
protected:
    void SetUp() override {
        io().of("/x").use([this](Socket&, Next next) {
            next_ = std::move(next);
            journal_.add("asked");
        });
        io().of("/x").on_any([this](Socket&, const Event& event) { journal_.add(std::string(event.name())); });
        io().of("/x").on_disconnect([this](Socket&, DisconnectReason reason) { journal_.add(std::string(to_string(reason))); });
        start();
        client_ = connect();
    }
    Next next_;
    std::unique_ptr<testing::Client> client_;
};

TEST_F(Waiting, KeepsPacketsInOrder) {
    client_->send_together({"40/x,", R"(42/x,["one"])", R"(42/x,["two"])"});
    journal_.wait(1);
    client_->join();
    ASSERT_TRUE(client_->sync());
    EXPECT_EQ(journal_.wait(1).size(), 1U);
    next_();
    EXPECT_EQ(journal_.wait(3), (std::vector<std::string>{"asked", "one", "two"}));
}

TEST_F(Waiting, ProcessesConnectAndDisconnectOfOneSegmentInOrder) {
    client_->send_together({"40/x,", "41/x,"});
    journal_.wait(1);
    next_();
    EXPECT_EQ(journal_.wait(2).back(), "client namespace disconnect");
    EXPECT_TRUE(client_->receive().starts_with("40/x,"));
    client_->join();
    EXPECT_TRUE(client_->sync()) << "nothing was closed";
}

TEST_F(Waiting, ComesAgainWhenTheClientLeftAndJoinedMeanwhile) {
    client_->send_together({"40/x,", "41/x,", "40/x,", R"(42/x,["again"])"});
    journal_.wait(1);
    next_();
    EXPECT_EQ(journal_.wait(3).back(), "asked");
    next_();
    EXPECT_EQ(journal_.wait(4).back(), "again");
}

TEST_F(Waiting, ClosesOnASecondConnectOnceJoined) {
    client_->send_together({"40/x,", "40/x,"});
    journal_.wait(1);
    next_();
    EXPECT_TRUE(client_->closed());
    EXPECT_EQ(journal_.wait(2).back(), "forced close");
}

TEST_F(Waiting, DropsWhatWaitedForARefusedSocket) {
    client_->send_together({"40/x,", R"(42/x,["one"])"});
    journal_.wait(1);
    next_(ConnectError{"no", {}});
    EXPECT_EQ(client_->receive(), R"(44/x,{"message":"no"})");
    client_->join();
    EXPECT_TRUE(client_->sync());
    EXPECT_EQ(journal_.wait(1).size(), 1U);
}

TEST_F(Waiting, IsForgottenWhenTheClientGoes) {
    client_->send("40/x,");
    journal_.wait(1);
    client_->cut();
    EXPECT_TRUE(join()->sync());
    next_();
    EXPECT_TRUE(join()->sync());
    EXPECT_EQ(journal_.wait(1).size(), 1U);
}

}  // namespace
}  // namespace sio
