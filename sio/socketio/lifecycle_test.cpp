// Holds, dynamic namespaces, disconnect reasons, handles, close.
#include <algorithm>
#include <thread>

#include "sio/engineio/testing/client.hpp"
#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

using testing::Client;

class Holds : public testing::ServerTest {
protected:
    void SetUp() override {
        io().on("hold", [this](Socket& socket, const Event&) {
            holds_.push_back(socket.hold());
            journal_.add("held");
        });
        io().on("n", [this](Socket&, const Event& event) { journal_.add(std::to_string(*event[0].integer())); });
        io().on_disconnect([this](Socket&, DisconnectReason reason) { journal_.add(std::string(to_string(reason))); });
    }
    std::vector<Hold> holds_;
};

TEST_F(Holds, KeepLaterPacketsWaitingInOrder) {
    start();
    auto client = join();
    auto other = join();
    client->send_together({R"(42["hold"])", R"(42["n",1])", R"(42["hold"])", R"(42["n",2])"});
    EXPECT_EQ(journal_.wait(1).size(), 1U);
    EXPECT_TRUE(other->sync()) << "only that socket waits";
    EXPECT_EQ(journal_.wait(1).size(), 1U);
    holds_[0].release();
    EXPECT_EQ(journal_.wait(3).back(), "held");
    EXPECT_TRUE(other->sync());
    EXPECT_EQ(journal_.wait(3).size(), 3U);
    holds_[1].release();
    EXPECT_EQ(journal_.wait(4), (std::vector<std::string>{"held", "1", "held", "2"}));
}

TEST_F(Holds, PauseReadingWhenTooMuchWaitsAndLoseNothing) {
    options_.max_pending_events = 8;
    io_.reset();
    SetUp();
    start();
    auto client = join();
    auto other = join();
    client->send(R"(42["hold"])");
    journal_.wait(1);
    constexpr int kEvents = 20'000;
    std::thread sender([&] {
        for (int i = 0; i < kEvents; ++i) client->send(R"(42["n",)" + std::to_string(i) + "]");
    });
    EXPECT_TRUE(other->sync());
    EXPECT_EQ(journal_.wait(1).size(), 1U);
    holds_[0].release();
    sender.join();
    const auto entries = journal_.wait(kEvents + 1);
    ASSERT_EQ(entries.size(), static_cast<std::size_t>(kEvents) + 1);
    for (int i = 0; i < kEvents; ++i) ASSERT_EQ(entries[static_cast<std::size_t>(i) + 1], std::to_string(i));
}

TEST_F(Holds, LetNothingInThatWaitedWhenTheConnectionIsEnded) {
    start();
    auto client = join();
    client->send_together({R"(42["hold"])", "41", "40"});
    journal_.wait(1);
    io().of("/").disconnect_sockets(true);
    EXPECT_EQ(client->receive(), "41");
    EXPECT_EQ(client->receive(), "<closed>");
    EXPECT_EQ(journal_.wait(2), (std::vector<std::string>{"held", "server namespace disconnect"}));
}

TEST_F(Holds, KeepBinaryToo) {
    io().on("bin", [this](Socket&, const Event& event) { journal_.add(std::string(event.binary(event[0]).value_or("?"))); });
    start();
    auto client = join();
    client->send(R"(42["hold"])");
    client->send(R"(451-["bin",{"_placeholder":true,"num":0}])");
    client->send_binary("bytes");
    journal_.wait(1);
    holds_[0] = Hold();
    EXPECT_EQ(journal_.wait(2).back(), "bytes");
}

TEST_F(Holds, OutliveTheirSocket) {
    start();
    auto client = join();
    client->send_together({R"(42["hold"])", R"(42["n",1])"});
    journal_.wait(1);
    client->cut();
    EXPECT_EQ(journal_.wait(2).back(), "transport close");
    holds_.clear();
    EXPECT_TRUE(join()->sync());
}

class Dynamic : public testing::ServerTest {};

TEST_F(Dynamic, NamespacesShareHandlersAndMiddlewares) {
    io().on_new_namespace([this](Namespace& nsp) { journal_.add("new " + std::string(nsp.name())); });
    io().of("/room-static").on("who", [](Socket&, const Event& event) { event.ack("static"); });
    io().of(std::regex("/room-\\w+"))
        .use([this](Socket&, Next next) {
            journal_.add("middleware");
            next();
        })
        .on("who", [](Socket& socket, const Event& event) { event.ack(socket.nsp().name()); });
    io().of([](std::string_view name, json::Value auth) { return name.starts_with("/") && auth["any"].boolean() == true; })
        .on("who", [](Socket&, const Event& event) { event.ack("second"); });
    start();
    auto client = connect();
    client->join("/room-1");
    client->send(R"(42/room-1,1["who"])");
    EXPECT_EQ(client->receive(), R"(43/room-1,1["/room-1"])");
    client->join("/room-static");
    client->send(R"(42/room-static,1["who"])");
    EXPECT_EQ(client->receive(), R"(43/room-static,1["static"])");
    client->send("40/else");
    EXPECT_EQ(client->receive(), R"(44/else,{"message":"Invalid namespace"})");
    client->join("/else", R"({"any":true})");
    client->send(R"(42/else,1["who"])");
    EXPECT_EQ(client->receive(), R"(43/else,1["second"])");
    auto other = connect();
    other->join("/room-1");
    EXPECT_EQ(journal_.wait(4), (std::vector<std::string>{"new /room-1", "middleware", "new /else", "middleware"}));
}

TEST_F(Dynamic, ChildrenGoWithTheirLastSocketWhenAsked) {
    options_.cleanup_empty_child_namespaces = true;
    options_.loops = 2;
    io().of(std::regex("/d\\d"));
    io().of("/static");
    start();
    auto first = connect();
    first->join("/d1");
    auto second = connect();
    second->join("/d1");
    second->join("/static");
    EXPECT_NE(io().find("/d1"), nullptr);
    first->send("41/d1,");
    first->join();
    ASSERT_TRUE(first->sync());
    EXPECT_NE(io().find("/d1"), nullptr);
    second->send("41/d1,");
    second->send("41/static,");
    second->join();
    ASSERT_TRUE(second->sync());
    EXPECT_EQ(io().find("/d1"), nullptr);
    EXPECT_NE(io().find("/static"), nullptr);
    EXPECT_EQ(first->join("/d1").size(), 20U);
}

TEST_F(Dynamic, ChildrenComeAndGoUnderLoadMultiLoop) {
    options_.cleanup_empty_child_namespaces = true;
    options_.loops = 4;
    io().of(std::regex("/d\\d")).on_connection([](Socket& socket) {
        socket.join("room");
        socket.nsp().to("room").emit("hello");
    });
    start();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([this] {
            auto client = connect();
            client->join();
            for (int i = 0; i < 100; ++i) {
                client->send("40/d1,");
                client->send("41/d1,");
            }
            EXPECT_TRUE(client->sync());
        });
    }
    for (auto& thread : threads) thread.join();
}

class Leaving : public testing::ServerTest {
protected:
    void SetUp() override {
        io().on_disconnect([this](Socket&, DisconnectReason reason) { journal_.add(std::string(to_string(reason))); });
        io().on("leave", [](Socket& socket, const Event&) {
            socket.disconnect();
            EXPECT_FALSE(socket.connected());
            socket.emit("never");
        });
        io().on("close", [](Socket& socket, const Event&) { socket.disconnect(true); });
        io().on("cut", [](Socket& socket, const Event&) { socket.connection().close(); });
    }
    void end_noted_in(std::string_view nsp) {
        io().of(nsp).on_disconnect(
            [this, nsp](Socket&, DisconnectReason reason) { journal_.add(std::string(nsp).append(" ").append(to_string(reason))); });
    }
};

TEST_F(Leaving, TellsWhy) {
    start();
    auto client = join();
    client->send("41");
    EXPECT_EQ(journal_.wait(1).back(), "client namespace disconnect");
    client->join();
    client->send(R"(42["leave"])");
    EXPECT_EQ(client->receive(), "41");
    EXPECT_EQ(journal_.wait(2).back(), "server namespace disconnect");
    client->join();
    client->send(R"(42["close"])");
    EXPECT_EQ(client->receive(), "41");
    EXPECT_EQ(client->receive(), "<closed>");
    EXPECT_EQ(journal_.wait(3).back(), "server namespace disconnect");
    join()->cut();
    EXPECT_EQ(journal_.wait(4).back(), "transport close");
    auto broken = join();
    broken->send_binary("unannounced");
    EXPECT_EQ(journal_.wait(5).back(), "forced close");
    auto malformed = connect();
    malformed->join();
    malformed->send("9");
    EXPECT_EQ(journal_.wait(6).back(), "parse error");
}

TEST_F(Leaving, TellsEveryNamespaceBeforeTheConnectionIsEnded) {
    end_noted_in("/b");
    io().of("/b").on("late", [this](Socket&, const Event&) { journal_.add("late"); });
    start();
    auto client = join();
    client->join("/b");
    client->send_together({R"(42["close"])", R"(42/b,["late"])", "40/b"});
    std::vector<std::string> said{client->receive(), client->receive()};
    std::ranges::sort(said);
    EXPECT_EQ(said, (std::vector<std::string>{"41", "41/b,"}));
    EXPECT_EQ(client->receive(), "<closed>");
    auto entries = journal_.wait(2);
    std::ranges::sort(entries);
    EXPECT_EQ(entries, (std::vector<std::string>{"/b server namespace disconnect", "server namespace disconnect"}));
}

TEST_F(Leaving, TellsEveryNamespaceInTheNextPollWhenTheConnectionIsEnded) {
    io().of("/b");
    start();
    engineio::testing::Client client(port_);
    const std::string path = "/socket.io/?EIO=4&transport=polling";
    const std::string open = client.get(path).body;
    const std::string session = path + "&sid=" + open.substr(open.find("\"sid\":\"") + 7, 20);
    const auto joined = [&](std::string_view connect) {
        EXPECT_EQ(client.post(session, connect).body, "ok");
        EXPECT_TRUE(client.get(session).body.starts_with(connect));
    };
    joined("40");
    joined("40/b,");
    EXPECT_EQ(client.post(session, R"(42["close"])").body, "ok");
    const auto last = client.get(session).body;
    EXPECT_TRUE(last ==
                    "41/b,\x1e"
                    "41" ||
                last ==
                    "41\x1e"
                    "41/b,")
        << last;
    EXPECT_EQ(client.get(session).body, "1");
    EXPECT_EQ(client.get(session).status, 400) << "the session is gone";
    EXPECT_EQ(journal_.wait(1).back(), "server namespace disconnect");
}

TEST_F(Leaving, TellsEveryNamespaceInThePollThatHangsWhenTheConnectionIsEnded) {
    start();
    engineio::testing::Client client(port_);
    const std::string path = "/socket.io/?EIO=4&transport=polling";
    const std::string open = client.get(path).body;
    const std::string session = path + "&sid=" + open.substr(open.find("\"sid\":\"") + 7, 20);
    EXPECT_EQ(client.post(session, "40").body, "ok");
    EXPECT_TRUE(client.get(session).body.starts_with("40{"));
    client.start_get(session);
    io().of("/").disconnect_sockets(true);
    EXPECT_EQ(client.receive().body, "41");
    EXPECT_EQ(client.get(session).body, "1");
}

TEST_F(Leaving, SaysNothingWhenOnlyTheSessionIsEnded) {
    start();
    auto client = join();
    client->send(R"(42["cut"])");
    EXPECT_EQ(client->receive(), "<closed>") << "stock clients connect again";
    EXPECT_EQ(journal_.wait(1).back(), "forced server close");
}

TEST_F(Leaving, EndsEverySocketOfTheConnection) {
    for (const auto* name : {"/a", "/b"}) {
        io().of(name).on_disconnect([this, name](Socket& socket, DisconnectReason) {
            socket.connection().for_each_socket([](Socket& other) { other.disconnect(true); });
            journal_.add(name);
        });
    }
    start();
    auto client = join();
    client->join("/a");
    client->join("/b");
    client->cut();
    auto entries = journal_.wait(3);
    std::ranges::sort(entries);
    EXPECT_EQ(entries, (std::vector<std::string>{"/a", "/b", "transport close"}));
}

TEST_F(Leaving, FromInsideOfADisconnectingHandlerIsHarmless) {
    io().of("/").on_disconnecting([](Socket& socket, DisconnectReason) {
        socket.disconnect(true);
        socket.disconnect();
        socket.join("late");
    });
    start();
    auto client = join();
    client->send(R"(42["leave"])");
    EXPECT_TRUE(client->closed());
    EXPECT_EQ(journal_.wait(1), (std::vector<std::string>{"server namespace disconnect"}));
}

TEST_F(Leaving, DuringABroadcastIsHarmlessMultiLoop) {
    options_.loops = 3;
    io_.reset();
    SetUp();
    io().on("all", [this](Socket&, const Event&) {
        io().of("/").for_each_local({}, [](Socket& socket) {
            socket.nsp().for_each_local({}, [&](Socket& other) {
                if (&other != &socket) other.disconnect();
            });
        });
    });
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 12; ++i) clients.push_back(join());
    for (auto& client : clients) client->send(R"(42["all"])");
    EXPECT_TRUE(join()->sync());
}

class Handles : public testing::ServerTest {};

TEST_F(Handles, ReachTheirSocketFromAnyThreadAndNobodyElseAfterwards) {
    SocketHandle handle;
    io().on_connection([&](Socket& socket) {
        if (!handle) handle = socket.handle();
        journal_.add("in");
    });
    io().on_disconnect([&](Socket& socket, DisconnectReason) { journal_.add(socket.handle() == handle ? "out" : "wrong"); });
    start();
    auto client = join();
    journal_.wait(1);
    io().post(handle, [](Socket& socket) { socket.emit("posted"); });
    EXPECT_EQ(client->receive(), R"(42["posted"])");
    client->cut();
    EXPECT_EQ(journal_.wait(2).back(), "out");
    auto next = join();
    io().post(handle, [&](Socket&) { journal_.add("wrong"); });
    EXPECT_TRUE(next->sync());
    EXPECT_EQ(journal_.wait(3).size(), 3U);
    EXPECT_EQ(io().find(handle), nullptr);
    io().post(SocketHandle(), [&](Socket&) { journal_.add("wrong"); });
}

TEST_F(Handles, ConnectionDataIsSharedByItsSockets) {
    io().on_connection([](Socket& socket) { socket.connection().set_data<std::string>("shared"); });
    io().of("/b").on("data", [](Socket& socket, const Event& event) {
        EXPECT_EQ(socket.connection().data<int>(), nullptr);
        EXPECT_NE(socket.connection().socket("/"), nullptr);
        event.ack(*socket.connection().data<std::string>());
    });
    start();
    auto client = join();
    client->join("/b");
    client->send(R"(42/b,1["data"])");
    EXPECT_EQ(client->receive(), R"(43/b,1["shared"])");
}

class Closing : public testing::ServerTest {};

TEST_F(Closing, TellsEverySocketAndRefusesNewOnesMultiLoop) {
    options_.loops = 3;
    io().on_disconnect([this](Socket& socket, DisconnectReason reason) {
        journal_.add(std::string(to_string(reason)));
        socket.emit("nowhere");
    });
    start();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 9; ++i) clients.push_back(join());
    io().emit("last words");
    io().close();
    const auto entries = journal_.wait(9);
    EXPECT_EQ(entries, std::vector<std::string>(9, "server shutting down"));
    for (auto& client : clients) {
        EXPECT_EQ(client->receive(), R"(42["last words"])");
        EXPECT_TRUE(client->closed());
    }
    EXPECT_THROW(connect(), std::runtime_error);
}

TEST_F(Closing, WithoutStartIsFine) {
    io();
    io().close();
    io().close();
}

TEST_F(Closing, FixesWhatWasRegistered) {
    start();
    EXPECT_THROW(io().on("late", [](Socket&, const Event&) {}), std::logic_error);
    EXPECT_THROW(io().of("/late"), std::logic_error);
    EXPECT_NO_THROW(io().of("/"));
}

TEST(BorrowedLoops, ServeTheirOwnerAfterTheServerClosed) {
    runtime::LoopGroup loops(2);
    {
        Server io(loops, Options());
        io.on("sync", [](Socket&, const Event& event) { event.ack(); });
        const auto port = io.listen({});
        ASSERT_TRUE(port.has_value());
        io.start();
        loops.start();
        Client client(*port);
        client.join();
        EXPECT_TRUE(client.sync());
        io.close();
        EXPECT_TRUE(client.closed());
        loops.stop();
    }
}

TEST_F(Closing, SeveralListenersServeTheSameNamespaces) {
    runtime::ListenOptions six;
    six.host = "::1";
    const auto other = io().listen(six);
    start();
    EXPECT_TRUE(join()->sync());
    if (!other) GTEST_LOG_(INFO) << "no IPv6 here: " << other.error().detail;
}

class Volatile : public testing::ServerTest {};

TEST_F(Volatile, EventsAreDroppedWhileTheTransportIsBusy) {
    io().on("burst", [](Socket& socket, const Event&) {
        const EncodedEvent event = socket.nsp().encode("volatile");
        int sent = 0;
        for (int i = 0; i < 10; ++i) sent += socket.send_volatile(event) ? 1 : 0;
        socket.emit("sent", sent);
    });
    start();
    auto client = join();
    client->send(R"(42["burst"])");
    int received = 0;
    std::string message;
    while ((message = client->receive()) == R"(42["volatile"])") ++received;
    EXPECT_EQ(message, R"(42["sent",)" + std::to_string(received) + "]");
    EXPECT_GE(received, 1);
}

TEST_F(Volatile, CompressIsAFlagOfThePacket) {
    start();
    const auto event = io().of("/").encode("x", Binary{"b"});
    EXPECT_TRUE(event.packet().compress);
    EXPECT_FALSE(event.with_compress(false).packet().compress);
    EXPECT_FALSE(event.with_compress(false).attachments()[0].compress);
}

}  // namespace
}  // namespace sio
