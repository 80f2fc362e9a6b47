// Protocol 1.4: events, acknowledgements, binary; section 4: bad inputs.
#include <thread>

#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

class Events : public testing::ServerTest {
protected:
    void SetUp() override {
        io().on("message", [](Socket& socket, const Event& event) { socket.emit("message-back", event.args()); });
        io().on("message-with-ack", [](Socket&, const Event& event) { event.ack(event.args()); });
    }
    std::string echo(std::string_view packet) {
        auto client = join();
        client->send(packet);
        return client->receive();
    }
};

TEST_F(Events, AreEchoed) {
    start();
    EXPECT_EQ(echo(R"(42["message",1,"2",{"3":[true,null]}])"), R"(42["message-back",1,"2",{"3":[true,null]}])");
    EXPECT_EQ(echo(R"(42["message"])"), R"(42["message-back"])");
    EXPECT_EQ(echo(R"(42456["message-with-ack",1,"2",{"3":[false]}])"), R"(43456[1,"2",{"3":[false]}])");
    EXPECT_EQ(echo(R"(429007199254740991["message-with-ack"])"), "439007199254740991[]");
    EXPECT_EQ(echo(R"(420["message-with-ack"])"), "430[]");
}

TEST_F(Events, CarryBinaryBothWays) {
    start();
    auto client = join();
    client->send(R"(452-["message",{"_placeholder":true,"num":1},{"a":{"_placeholder":true,"num":0}}])");
    client->send_binary("one");
    client->send_binary(std::string("two\0", 4));
    EXPECT_EQ(client->receive(), R"(452-["message-back",{"_placeholder":true,"num":0},{"a":{"_placeholder":true,"num":1}}])");
    EXPECT_EQ(client->receive(), std::string("b:two\0", 6));
    EXPECT_EQ(client->receive(), "b:one");
    client->send(R"(451-789["message-with-ack",{"_placeholder":true,"num":0}])");
    client->send_binary("x");
    EXPECT_EQ(client->receive(), R"(461-789[{"_placeholder":true,"num":0}])");
    EXPECT_EQ(client->receive(), "b:x");
}

TEST_F(Events, TreatOddDataAsData) {
    start();
    EXPECT_EQ(echo(R"(42["message",{"__proto__":1,"constructor":{"prototype":2}},"\u0000"," "])"),
              "42[\"message-back\",{\"__proto__\":1,\"constructor\":{\"prototype\":2}},\"\\u0000\",\" \"]");
    EXPECT_EQ(echo(R"(42["message",1e400,"\ud800"])"), "42[\"message-back\",null,\"\xEF\xBF\xBD\"]");
    EXPECT_EQ(echo(R"(42["message",{"_placeholder":true,"num":99}])"), R"(42["message-back",{"_placeholder":true,"num":99}])");
    EXPECT_EQ(echo(R"(42["message",)" + std::string(60, '[') + std::string(60, ']') + "]"),
              R"(42["message-back",)" + std::string(60, '[') + std::string(60, ']') + "]");
}

TEST_F(Events, MayHaveANumberForAName) {
    io().on("1", [](Socket&, const Event& event) { event.ack(event.name()); });
    start();
    EXPECT_EQ(echo("427[1]"), R"(437["1"])");
}

TEST_F(Events, WithoutHandlerAreIgnored) {
    start();
    auto client = join();
    client->send(R"(42["error","x"])");
    client->send(R"(42["nobody"])");
    client->send(R"(42["__proto__"])");
    EXPECT_TRUE(client->sync());
}

TEST_F(Events, DeferredAreHandledAnewInTheirPlace) {
    // `slow` is answered from another thread; `quick` waits for it, and what comes later waits with it.
    std::thread worker;
    bool writing = false;
    Hold hold;
    io().on("slow", [&](Socket& socket, const Event& event) {
        writing = true;
        worker = std::thread([&, handle = socket.handle(), ack = event.take_ack()]() mutable {
            io().post(handle, [&, ack = std::move(ack)](Socket&) mutable {
                ack("written");
                writing = false;
                hold.release();
            });
        });
    });
    io().on("quick", [&](Socket& socket, const Event& event) {
        if (writing) {
            hold = socket.hold();
            return event.defer();
        }
        event.ack("quick");
    });
    start();
    auto client = join();
    client->send_together({R"(421["slow"])", R"(422["quick"])", R"(423["message-with-ack","last"])"});
    EXPECT_EQ(client->receive(), R"(431["written"])");
    EXPECT_EQ(client->receive(), R"(432["quick"])");
    EXPECT_EQ(client->receive(), R"(433["last"])");
    worker.join();
}

class BadPacket : public Events, public ::testing::WithParamInterface<std::string_view> {};

TEST_P(BadPacket, ClosesTheConnectionAndNothingElse) {
    io().on_disconnect([&](Socket&, DisconnectReason reason) { journal_.add(std::string(to_string(reason))); });
    start();
    auto other = join();
    auto client = join();
    client->send(GetParam());
    EXPECT_TRUE(client->closed());
    EXPECT_EQ(journal_.wait(1), (std::vector<std::string>{"forced close"}));
    EXPECT_TRUE(other->sync());
}

INSTANTIATE_TEST_SUITE_P(Inputs, BadPacket,
                         ::testing::Values("42", "42{}", "42[]", "42[{}]", R"(42[{"toString":"foo"}])", "42[null]", "42[[]]", "42[true]",
                                           R"(42["a"])"
                                           "x",
                                           R"(42["a")", R"(42["connect"])", R"(42["disconnecting"])", R"(42["newListener"])", "42abc",
                                           R"(42007["a"])", R"(429007199254740992["a"])", R"(42 1["a"])", "43[]", "431{}", "431", "40",
                                           R"(44{"message":"x"})", "48", R"(45["a"])", R"(450-["a"])", R"(4511-["a"])",
                                           R"(42/unknown,["a"])", R"(41{"a":1})"));

TEST_F(Events, NestedTooDeepCloseTheConnection) {
    start();
    auto client = join();
    client->send(R"(42["message",)" + std::string(20'000, '[') + std::string(20'000, ']') + "]");
    EXPECT_TRUE(client->closed());
}

class BadBinary : public Events, public ::testing::WithParamInterface<std::string_view> {};

TEST_P(BadBinary, ClosesTheConnection) {
    start();
    auto client = join();
    client->send(GetParam());
    client->send_binary("x");
    EXPECT_TRUE(client->closed());
}

INSTANTIATE_TEST_SUITE_P(Inputs, BadBinary,
                         ::testing::Values(R"(451-["message",{"_placeholder":true,"num":1}])",
                                           R"(451-["message",{"_placeholder":true,"num":-1}])",
                                           R"(451-["message",{"_placeholder":true,"num":"splice"}])",
                                           R"(451-["message",{"_placeholder":true,"num":0.5}])", R"(451-["message",{"_placeholder":true}])",
                                           R"(451-[{"_placeholder":true,"num":0}])",
                                           R"(42["message"])"));  // binary that nobody announced

TEST_F(Events, TextWhileBinaryIsAwaitedClosesTheConnection) {
    start();
    auto client = join();
    client->send(R"(452-["message",{"_placeholder":true,"num":0}])");
    client->send_binary("x");
    client->send(R"(42["message"])");
    EXPECT_TRUE(client->closed());
}

TEST_F(Events, AreSeenByCatchAllHandlersFirst) {
    io().on_any([&](Socket&, const Event& event) { journal_.add("any " + std::string(event.name())); });
    io().on("a", [&](Socket&, const Event&) { journal_.add("first"); });
    io().on("a", [&](Socket&, const Event&) { journal_.add("second"); });
    io().of("/").on_any_outgoing([&](Socket&, const EncodedEvent& event) { journal_.add("out " + std::string(event.json())); });
    start();
    auto client = join();
    client->send(R"(42["a"])");
    EXPECT_EQ(journal_.wait(3), (std::vector<std::string>{"any a", "first", "second"}));
    client->send(R"(42["message",1])");
    EXPECT_EQ(journal_.wait(5).back(), R"(out ["message-back",1])");
}

TEST_F(Events, MayBeRefusedByAnEventMiddleware) {
    io().of("/").use_event([](Socket&, const Event& event) {
        if (event.name() != "message" || event[0].integer() != 13) return true;
        event.ack("unlucky");
        return false;
    });
    start();
    auto client = join();
    client->send(R"(425["message",13])");
    EXPECT_EQ(client->receive(), R"(435["unlucky"])");
    client->send(R"(42["message",14])");
    EXPECT_EQ(client->receive(), R"(42["message-back",14])");
}

TEST_F(Events, OneThatAHandlerThrowsInIsTheOnlyOneLost) {
    io().on("bad", [](Socket&, const Event&) { throw std::runtime_error("broken"); });
    io().on("worse", [](Socket&, const Event&) { throw 7; });
    start();
    auto client = join();
    client->send(R"(42["bad"])");
    client->send(R"(42["worse"])");
    EXPECT_TRUE(client->sync());
    EXPECT_EQ(errors_.wait(2), (std::vector<std::string>{"/ bad: broken", "/ worse: unknown exception"}));
}

TEST_F(Events, AreAcknowledgedOnceAndFromAnyThread) {
    std::vector<std::thread> threads;
    io().on("twice", [](Socket&, const Event& event) {
        event.ack(1);
        event.ack(2);
        EXPECT_FALSE(event.wants_ack());
    });
    io().on("later", [&](Socket&, const Event& event) {
        threads.emplace_back([ack = event.take_ack()]() mutable {
            ack("later", Binary{"b"});
            ack("never");
        });
    });
    start();
    auto client = join();
    client->send(R"(421["twice"])");
    EXPECT_EQ(client->receive(), "431[1]");
    client->send(R"(422["later"])");
    EXPECT_EQ(client->receive(), R"(461-2["later",{"_placeholder":true,"num":0}])");
    EXPECT_EQ(client->receive(), "b:b");
    client->send(R"(42["later"])");
    EXPECT_TRUE(client->sync());
    for (auto& thread : threads) thread.join();
}

TEST_F(Events, AcknowledgedAfterTheSocketWentReachNobody) {
    Ack ack;
    io().on("keep", [&](Socket&, const Event& event) {
        ack = event.take_ack();
        journal_.add("kept");
    });
    io().on_disconnect([&](Socket&, DisconnectReason) { journal_.add("gone"); });
    start();
    auto client = join();
    client->send(R"(421["keep"])");
    journal_.wait(1);
    client->cut();
    journal_.wait(2);
    ack("too late");
    EXPECT_TRUE(join()->sync());
}

class ServerAcks : public testing::ServerTest {
protected:
    AckCallback note() {
        return [this](Result<Arguments> reply) {
            journal_.add(reply ? "reply " + std::to_string(reply->size()) + " " + json::text((*reply)[0]).str()
                               : std::string(to_string(reply.error().code)));
        };
    }
};

TEST_F(ServerAcks, ComeBackOnce) {
    io().on_connection([&](Socket& socket) { socket.emit_with_ack(note(), "question", 1); });
    start();
    auto client = join();
    EXPECT_EQ(client->receive(), R"(420["question",1])");
    client->send(R"(43999["unknown"])");
    client->send(R"(430["yes",2])");
    client->send(R"(430["again"])");
    EXPECT_TRUE(client->sync());
    EXPECT_EQ(journal_.wait(1), (std::vector<std::string>{R"(reply 2 "yes")"}));
}

TEST_F(ServerAcks, CarryBinary) {
    io().on_connection([&](Socket& socket) {
        socket.emit_with_ack([&](Result<Arguments> reply) { journal_.add(std::string(reply->binary((*reply)[0]).value_or("none"))); },
                             "question");
    });
    start();
    auto client = join();
    client->receive();
    client->send(R"(461-0[{"_placeholder":true,"num":0}])");
    client->send_binary("bytes");
    EXPECT_EQ(journal_.wait(1), (std::vector<std::string>{"bytes"}));
}

TEST_F(ServerAcks, MayHoldObjectsThatLookLikePlaceholders) {
    io().on_connection([&](Socket& socket) { socket.emit_with_ack(note(), "question"); });
    start();
    auto client = join();
    client->receive();
    client->send(R"(430[{"_placeholder":true,"num":0}])");
    EXPECT_EQ(journal_.wait(1), (std::vector<std::string>{R"(reply 1 {"_placeholder":true,"num":0})"}));
}

TEST_F(ServerAcks, EndWithATimeoutOrWithTheSocket) {
    io().on_connection([&](Socket& socket) {
        socket.timeout(std::chrono::milliseconds(20)).emit_with_ack(note(), "question");
        socket.emit_with_ack(note(), "forever");
    });
    start();
    auto client = join();
    EXPECT_EQ(journal_.wait(1), (std::vector<std::string>{std::string(to_string(ErrorCode::Timeout))}));
    client->send(R"(430["late"])");
    EXPECT_TRUE(client->sync());
    client->cut();
    EXPECT_EQ(journal_.wait(2).back(), to_string(ErrorCode::Closed));
}

TEST(ReservedEvents, AreThoseOfTheProtocol) {
    for (const auto name : {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}) {
        EXPECT_TRUE(reserved_event(name)) << name;
    }
    for (const auto name : {"error", "", "Connect", "connection", "__proto__"}) EXPECT_FALSE(reserved_event(name)) << name;
}

}  // namespace
}  // namespace sio
