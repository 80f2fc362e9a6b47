#include "desk/session/door.hpp"

#include "desk/session/main_sockets.hpp"
#include "desk/session/testing/desk_fixture.hpp"

namespace desk {
namespace {

using testing::person;

class DoorTest : public testing::DeskTest {
protected:
    /// An event that is noted in the journal and acknowledged.
    void add(std::string_view event, Kind kind) {
        door_.on(nsp(), event, kind, [this](sio::Socket&, const sio::Event& received) -> Result<void> {
            journal_.add(std::string(received.name()));
            accept(received);
            return {};
        });
    }
    sio::Namespace& nsp() {
        if (!nsp_) nsp_ = &guarded("/");
        return *nsp_;
    }
    std::unique_ptr<Client> come() {
        start();
        return join_as("/", person("ann", Role::Agent));
    }
    static std::string ask(Client& client, std::string_view packet) {
        client.send(packet);
        return client.receive();
    }

    sio::Namespace* nsp_ = nullptr;
};

TEST_F(DoorTest, ErrorsComeInTheAcknowledgementOrAsAnEvent) {
    door_.on(nsp(), "subscribe", Kind::Plain,
             [](sio::Socket&, const sio::Event&) -> Result<void> { return fail(ErrorCode::RoomNotFound); });
    auto client = come();
    EXPECT_EQ(ask(*client, R"(421["subscribe",{"ticketId":"7"}])"),
              R"(431[{"ok":false,"error":{"code":"ROOM_NOT_FOUND","message":"No such ticket, conversation or record",)"
              R"("details":{"event":"subscribe"}}}])");
    EXPECT_EQ(
        ask(*client, R"(42["subscribe",{"ticketId":"7"}])"),
        R"(42["error",{"code":"ROOM_NOT_FOUND","message":"No such ticket, conversation or record","details":{"event":"subscribe"}}])");
}

TEST_F(DoorTest, WhatTheSchemaForbidsNeverReachesTheHandler) {
    bool reached = false;
    door_.on(guarded("/tickets"), "ticket:subscribe", Kind::Plain, [&](sio::Socket&, const sio::Event&) -> Result<void> {
        reached = true;
        return {};
    });
    start();
    auto client = join_as("/tickets", person("ann", Role::Agent));
    const auto details = [&](std::string_view arguments) {
        const std::string answer = ask(*client, std::string(R"(42/tickets,["ticket:subscribe")").append(arguments) + "]");
        const auto at = answer.find(R"("details":)");
        return at == std::string::npos ? answer : answer.substr(at + 10);
    };
    for (const auto* arguments : {"", ",{}", ",null", R"(,{"ticketId":null})"}) {
        EXPECT_EQ(details(arguments), R"({"field":"ticketId","reason":"REQUIRED","event":"ticket:subscribe"}}])");
    }
    for (const auto* arguments : {",7", ",[]", R"(,"text")"}) {
        EXPECT_EQ(details(arguments), R"({"reason":"NOT_AN_OBJECT","event":"ticket:subscribe"}}])");
    }
    EXPECT_EQ(details(R"(,{"ticketId":7})"), R"({"field":"ticketId","reason":"NOT_A_STRING","event":"ticket:subscribe"}}])");
    EXPECT_EQ(details(R"(,{"ticketId":"a b"})"), R"({"field":"ticketId","reason":"BAD_ID","event":"ticket:subscribe"}}])");
    EXPECT_FALSE(reached);
}

TEST_F(DoorTest, AnswersOverTheLimitWhenAsked) {
    limits_.events = {1, std::chrono::minutes(10), 2};
    add("hi", Kind::Plain);
    auto client = come();
    EXPECT_EQ(ask(*client, R"(421["hi"])"), R"(431[{"ok":true}])");
    EXPECT_EQ(ask(*client, R"(422["hi"])"), R"(432[{"ok":true}])");
    for (int i = 0; i < 5; ++i) {
        const auto answer = ask(*client, R"(423["hi"])");
        EXPECT_TRUE(answer.starts_with(R"(433[{"ok":false,"error":{"code":"RATE_LIMITED",)")) << answer;
        EXPECT_TRUE(answer.contains(R"("retryAfterMs":)")) << answer;
        EXPECT_TRUE(answer.contains(R"("limit":"events")")) << answer;
    }
}

TEST_F(DoorTest, WithoutAcknowledgementTheLimitIsToldOnceASecond) {
    limits_.events = {1, std::chrono::minutes(10), 1};
    add("hi", Kind::Plain);
    auto client = come();
    for (int i = 0; i < 50; ++i) client->send(R"(42["hi"])");
    client->send(R"(42900["sync"])");
    int told = 0;
    while (client->receive().starts_with(R"(42["error",{"code":"RATE_LIMITED")")) ++told;
    EXPECT_GE(told, 1);
    EXPECT_LE(told, 5);
    EXPECT_EQ(journal_.wait(1).size(), 1U);
}

TEST_F(DoorTest, CutsWhoGoesOnAndOn) {
    limits_.events = {1, std::chrono::minutes(10), 1};
    add("hi", Kind::Plain);
    auto client = come();
    for (int i = 0; i < 2600; ++i) client->send(R"(42["hi"])");
    EXPECT_TRUE(client->closed());
}

TEST_F(DoorTest, AnswersEventsThatNobodyKnows) {
    door_.refuse_unknown(nsp());
    add("hi", Kind::Plain);
    limits_.events = {1, std::chrono::minutes(10), 2};
    auto client = come();
    EXPECT_TRUE(ask(*client, R"(421["hello",{}])").contains(R"("code":"INVALID_PAYLOAD")"));
    EXPECT_EQ(ask(*client, R"(422["hi"])"), R"(432[{"ok":true}])");
    EXPECT_TRUE(ask(*client, R"(423["hello"])").contains(R"("limit":"events")")) << "they count as any other";
}

TEST_F(DoorTest, WhatAHandlerLimitsByTimeIsToldOnceASecondToo) {
    door_.on(nsp(), "slow", Kind::Plain, [](sio::Socket&, const sio::Event&) -> Result<void> {
        return fail(Error{ErrorCode::RateLimited}.with("retryAfterMs", 5).with("limit", "own"));
    });
    door_.on(nsp(), "full", Kind::Plain,
             [](sio::Socket&, const sio::Event&) -> Result<void> { return fail(Error{ErrorCode::RateLimited}.with("limit", "held")); });
    add("hi", Kind::Plain);
    auto client = come();
    client->send_together({R"(42["slow"])", R"(42["slow"])", R"(42["full"])", R"(42["full"])", R"(421["hi"])"});
    EXPECT_TRUE(client->receive().contains(R"("limit":"own")"));
    EXPECT_TRUE(client->receive().contains(R"("limit":"held")"));
    EXPECT_TRUE(client->receive().contains(R"("limit":"held")")) << "no time makes room: each is told";
    EXPECT_EQ(client->receive(), R"(431[{"ok":true}])");
}

TEST_F(DoorTest, TypingOverItsLimitIsDroppedWithoutAWord) {
    limits_.typing = {1, std::chrono::minutes(10), 2};
    limits_.events = {1, std::chrono::minutes(10), 1};
    add("typing", Kind::Typing);
    add("hi", Kind::Plain);
    auto client = come();
    for (int i = 0; i < 20; ++i) client->send(R"(42["typing"])");
    EXPECT_EQ(ask(*client, R"(421["hi"])"), R"(431[{"ok":true}])") << "and takes nothing from the other events";
    EXPECT_EQ(journal_.wait(3), (std::vector<std::string>{"typing", "typing", "hi"}));
}

class DoorKinds : public DoorTest, public ::testing::WithParamInterface<std::pair<Kind, std::string_view>> {};

TEST_P(DoorKinds, HaveALimitOfTheirOwn) {
    limits_.pings = limits_.subscriptions = limits_.reads = {1, std::chrono::minutes(10), 2};
    add("special", GetParam().first);
    add("hi", Kind::Plain);
    auto client = come();
    for (int i = 0; i < 2; ++i) EXPECT_EQ(ask(*client, R"(421["special"])"), R"(431[{"ok":true}])");
    EXPECT_TRUE(ask(*client, R"(421["special"])").contains(R"("limit":")" + std::string(GetParam().second) + '"'));
    EXPECT_EQ(ask(*client, R"(421["hi"])"), R"(431[{"ok":true}])");
}

INSTANTIATE_TEST_SUITE_P(All, DoorKinds,
                         ::testing::Values(std::pair{Kind::Ping, "ping"}, std::pair{Kind::Subscription, "subscribe"},
                                           std::pair{Kind::Read, "read"}));

TEST_F(DoorTest, BoundsThePayload) {
    limits_.payload_bytes = 1000;
    add("hi", Kind::Plain);
    auto client = come();
    EXPECT_EQ(ask(*client, R"(421["hi",")" + std::string(900, 'x') + R"("])"), R"(431[{"ok":true}])");
    EXPECT_TRUE(ask(*client, R"(421["hi",")" + std::string(1000, 'x') + R"("])").contains(R"("code":"PAYLOAD_TOO_LARGE")"));
}

TEST_F(DoorTest, EventsWaitForTheWritesBeforeThemButWritesDoNot) {
    sio::SocketHandle writer;
    door_.on(nsp(), "write", Kind::Write, [&](sio::Socket& socket, const sio::Event&) -> Result<void> {
        ++seat_of(socket).writes;
        writer = socket.handle();
        journal_.add("write");
        return {};
    });
    add("leave", Kind::Plain);
    auto client = come();
    client->send_together({R"(42["write"])", R"(42["leave"])", R"(42["write"])", R"(421["leave"])"});
    EXPECT_EQ(journal_.wait(1), std::vector<std::string>{"write"});
    io().post(writer, [&](sio::Socket& socket) {
        journal_.add("committed");
        seat_of(socket).writes = 0;
        const sio::Hold released = std::move(seat_of(socket).hold);
    });
    EXPECT_EQ(journal_.wait(4), (std::vector<std::string>{"write", "committed", "leave", "write"}));
}

TEST_F(DoorTest, PingIsAnsweredByPongWithTheServersTime) {
    add_main_events(io(), door_);
    nsp();
    auto client = come();
    const auto pong = ask(*client, R"(42["ping",{"timestamp":1700000000123}])");
    EXPECT_TRUE(pong.starts_with(R"(42["pong",{"timestamp":1700000000123,"serverTime":1)")) << pong;
    EXPECT_TRUE(ask(*client, R"(42["ping",{"timestamp":"now"}])").contains(R"("reason":"NOT_A_NUMBER")"));
    EXPECT_TRUE(ask(*client, R"(42["ping"])").contains(R"("reason":"REQUIRED")"));
}

}  // namespace
}  // namespace desk
