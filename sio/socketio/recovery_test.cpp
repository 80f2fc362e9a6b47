// Protocol 1.5, connection state recovery in memory.
#include <gtest/gtest.h>

#include <array>
#include <future>
#include <optional>
#include <random>
#include <thread>

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/socketio/recovery_log.hpp"
#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

using testing::Client;

std::string member(std::string_view packet, std::string_view name) {
    json::Parser parser;
    const auto parsed = parser.parse_copy(packet.substr(packet.find('{')));
    return parsed ? std::string((*parsed)[name].string().value_or("")) : std::string();
}

/// The offset is an event's last argument.
std::string offset_of(std::string_view event) {
    const auto end = event.rfind('"');
    const auto begin = event.rfind('"', end - 1);
    return std::string(event.substr(begin + 1, end - begin - 1));
}

class Recovery : public testing::ServerTest {
protected:
    void SetUp() override {
        options_.connection_state_recovery.emplace();
        options_.loops = 4;
    }
    Server& register_all() {
        io().on_connection([this](Socket& socket) {
            if (!socket.recovered()) {
                socket.join("room");
                socket.set_data<std::string>("mine");
            }
            journal_.add(socket.recovered() ? "recovered " + *socket.data<std::string>() : "new");
        });
        io().on("to-me", [](Socket& socket, const Event& event) { socket.emit("x", event[0]); });
        io().on("leave", [](Socket& socket, const Event& event) {
            socket.disconnect();
            static_cast<void>(event);
        });
        io().on_disconnect([this](Socket& socket, DisconnectReason reason) {
            journal_.add(std::string(to_string(reason)) + " " + *socket.data<std::string>());
        });
        return io();
    }

    struct Session {
        std::string sid, pid;
    };
    /// Joins, with what is known of an earlier session.
    Session enter(Client& client, const Session& earlier = {}, std::string_view offset = {}) {
        std::string packet = "40";
        if (!earlier.pid.empty()) packet += json::object({{"pid", earlier.pid}, {"offset", offset}}).str();
        client.send(packet);
        const std::string answer = client.receive();
        return {member(answer, "sid"), member(answer, "pid")};
    }
    void cut(std::unique_ptr<Client>& client) {
        const auto before = journal_.wait(0).size();
        client->cut();
        journal_.wait(before + 1);
        // The session is kept after the last handler, in the same turn.
        for (unsigned i = 0; i < io().loops().size(); ++i) {
            std::promise<void> turned;
            io().loops().at(i).post([&] { turned.set_value(); });
            turned.get_future().wait();
        }
        client = connect();
    }
};

TEST_F(Recovery, GivesAClientItsIdRoomsDataAndWhatItMissedInOrder) {
    register_all();
    start();
    // Several times, so that it comes back on its own loop and on others.
    for (int round = 0; round < 12; ++round) {
        auto client = connect();
        const Session session = enter(*client);
        EXPECT_EQ(session.pid.size(), 20U);
        EXPECT_NE(session.pid, session.sid);
        io().to("room").emit("a", round);
        const std::string seen = client->receive();
        EXPECT_TRUE(seen.starts_with(R"(42["a",)" + std::to_string(round) + ",\"")) << seen;
        cut(client);
        io().to("room").emit("b", 1);
        io().to("elsewhere").emit("b", 2);
        io().to("room").except(session.sid).emit("b", 3);
        io().to(session.sid).emit("b", 4);
        io().emit("b", 5, Binary{"\x01\x02"});
        io().of("/").volatile_().emit("b", 6);
        const Session again = enter(*client, session, offset_of(seen));
        EXPECT_EQ(again.sid, session.sid);
        EXPECT_EQ(again.pid, session.pid);
        EXPECT_TRUE(client->receive().starts_with(R"(42["b",1,")"));
        EXPECT_TRUE(client->receive().starts_with(R"(42["b",4,")"));
        EXPECT_TRUE(client->receive().starts_with(R"(451-["b",5,{"_placeholder":true,"num":0},")"));
        EXPECT_EQ(client->receive(), "b:\x01\x02");
        io().to("room").emit("live");
        EXPECT_TRUE(client->receive().starts_with(R"(42["live",")"));
        io().to(session.sid).emit("live");
        EXPECT_TRUE(client->receive().starts_with(R"(42["live",")")) << "by its id, wherever it lives now";
        EXPECT_EQ(journal_.wait(1).back(), "recovered mine");
        const auto before = journal_.wait(0).size();
        client->cut();
        EXPECT_EQ(journal_.wait(before + 1).back(), "transport close mine") << "the data is there in the last handler";
    }
}

TEST_F(Recovery, CountsWhatOneSocketAloneWasSent) {
    register_all();
    start();
    auto client = connect();
    const Session session = enter(*client);
    client->send(R"(42["to-me",1])");
    const std::string seen = client->receive();
    client->send(R"(42["to-me",2])");
    client->receive();
    cut(client);
    EXPECT_EQ(enter(*client, session, offset_of(seen)).sid, session.sid);
    EXPECT_TRUE(client->receive().starts_with(R"(42["x",2,")"));
    cut(client);
    EXPECT_EQ(enter(*client, session, offset_of(seen)).sid, session.sid) << "the same offset, after a move";
    EXPECT_TRUE(client->receive().starts_with(R"(42["x",2,")"));
}

TEST_F(Recovery, OfASessionThatIsUnknownWasTakenOrWasEndedIsANewOne) {
    register_all();
    start();
    auto client = connect();
    const Session session = enter(*client);
    io().emit("a");
    const std::string offset = offset_of(client->receive());
    auto other = connect();
    EXPECT_NE(enter(*other, session, offset).sid, session.sid) << "it lives";
    cut(client);
    EXPECT_NE(enter(*client, session, "nonsense").sid, session.sid);
    client = connect();
    EXPECT_NE(enter(*client, {"", "12345678901234567890"}, offset).sid, session.sid);

    client = connect();
    const Session second = enter(*client);
    io().emit("b");
    const std::string last = offset_of(client->receive());
    const auto before = journal_.wait(0).size();
    client->send(R"(42["leave"])");
    journal_.wait(before + 1);
    client = connect();
    EXPECT_NE(enter(*client, second, last).sid, second.sid) << "the server ended it on purpose";
}

TEST_F(Recovery, EndsWithItsTime) {
    options_.connection_state_recovery->max_disconnection_duration = std::chrono::milliseconds(-1);
    register_all();
    start();
    auto client = connect();
    const Session session = enter(*client);
    io().emit("a");
    const std::string offset = offset_of(client->receive());
    cut(client);
    EXPECT_NE(enter(*client, session, offset).sid, session.sid);
}

TEST_F(Recovery, AsksMiddlewaresOnlyWhenToldTo) {
    options_.connection_state_recovery->skip_middlewares = false;
    register_all().use([this](Socket& socket, Next next) {
        journal_.add(socket.recovered() ? "middleware, recovered" : "middleware");
        next();
    });
    start();
    auto client = connect();
    const Session session = enter(*client);
    io().emit("a");
    const std::string offset = offset_of(client->receive());
    cut(client);
    EXPECT_EQ(enter(*client, session, offset).sid, session.sid);
    EXPECT_EQ(journal_.wait(5), (std::vector<std::string>{"middleware", "new", "transport close mine", "middleware", "recovered mine"}));
}

// Whatever is sent from wherever while clients go and come on any loop: each gets everything once, in each sender's order.
TEST_F(Recovery, MultiLoopLosesAndRepeatsNothing) {
    register_all();
    io().on("relay", [this](Socket&, const Event& event) { io().to("room").emit("n", 1, event[0]); });
    start();
    auto client = connect();
    const Session session = enter(*client);
    constexpr int kEvents = 1500;
    std::thread sender([this] {
        for (int i = 0; i < kEvents; ++i) io().emit("n", 0, i);
    });
    std::thread relayer([this] {
        auto other = connect();
        other->send("40");
        for (int i = 0; i < kEvents; ++i) other->send(R"(42["relay",)" + std::to_string(i) + "]");
        while (other->receive().find("[\"n\",1," + std::to_string(kEvents - 1)) == std::string::npos) {
        }
    });

    std::mt19937 random(7);
    std::optional<std::string> offset;
    std::array<int, 2> next{-1, -1};
    int taken_up = 0;
    while (next[0] < kEvents - 1 || next[1] < kEvents - 1) {
        for (auto left = random() % 200; left > 0 && (next[0] < kEvents - 1 || next[1] < kEvents - 1); --left) {
            const std::string event = client->receive();
            json::Parser parser;
            const auto array = parser.parse_copy(std::string_view(event).substr(2));
            ASSERT_TRUE(array) << event;
            const auto from = static_cast<std::size_t>(*array->at(1).integer());
            const auto number = static_cast<int>(*array->at(2).integer());
            ASSERT_TRUE(number == next[from] + 1) << number << " after " << next[from];
            next[from] = number;
            offset = offset_of(event);
        }
        if (!offset) continue;
        client->cut();
        Session again;
        do {
            client = connect();
            again = enter(*client, session, *offset);
            // The server had not seen the end yet: nothing was taken, so the session is there for the next try.
            if (again.sid != session.sid) client->cut();
        } while (again.sid != session.sid && taken_up < 10'000);
        ++taken_up;
    }
    EXPECT_GT(taken_up, 5);
    sender.join();
    relayer.join();
}

TEST_F(Recovery, MultiLoopTakesFromTheOldLoopOnlyWhatTheNewOneHasNot) {
    std::promise<void> busy;
    std::promise<void> asked;
    std::thread::id probed;
    bool armed = false;
    options_.connection_state_recovery->skip_middlewares = false;
    register_all();
    io().of("/probe").on_connection([&](Socket&) { probed = std::this_thread::get_id(); });
    io().use([&](Socket& socket, Next next) {
        // Runs after this turn, and thus after the old loop was asked.
        if (armed) socket.connection().loop().post([&] { asked.set_value(); });
        next();
    });
    io().on("hold-and-tell", [&](Socket&, const Event&) {
        busy.set_value();
        asked.get_future().wait();
        io().to("room").emit("told");
    });
    start();
    auto on_home = [&, home = std::optional<std::thread::id>()](bool wanted) mutable {
        for (;;) {
            auto client = join("/probe");
            if (!home) home = probed;
            if ((probed == *home) == wanted) return client;
        }
    };
    auto client = on_home(true);
    auto holder = on_home(true);
    auto wanderer = on_home(false);
    const Session session = enter(*client);
    enter(*holder);
    io().to("room").emit("seen");
    const std::string seen = client->receive();
    EXPECT_TRUE(holder->receive().starts_with(R"(42["seen")"));
    cut(client);

    armed = true;
    holder->send(R"(42["hold-and-tell"])");
    busy.get_future().wait();
    EXPECT_EQ(enter(*wanderer, session, offset_of(seen)).sid, session.sid);
    EXPECT_TRUE(wanderer->receive().starts_with(R"(42["told")"));
    io().to("room").emit("after");
    EXPECT_TRUE(wanderer->receive().starts_with(R"(42["after")")) << "and once only";
}

TEST(RecoveryLog, ForgetsTheOldestOverItsBytes) {
    detail::RecoveryLog log(2000, 1000);
    const auto event = detail::encode_event("/", {}, true, "event", std::string(300, 'x'));
    for (std::uint64_t id = 1; id <= 10; ++id) {
        log.append(std::make_shared<const detail::MissableEvent>(detail::MissableEvent{id, 0, StoredTarget(), event, false}));
    }
    EXPECT_EQ(log.end(), 10U);
    EXPECT_EQ(log.position_after(1, "sid"), std::nullopt);
    ASSERT_EQ(log.position_after(9, "sid"), 9U);
    EXPECT_EQ(log.since(9, {}).size(), 1U);
    log.append(std::make_shared<const detail::MissableEvent>(detail::MissableEvent{11, 5000, StoredTarget(), event, false}));
    EXPECT_EQ(log.position_after(10, "sid"), std::nullopt) << "too old";
    EXPECT_EQ(log.position_after(11, "sid"), 11U);
}

TEST(RecoveryLog, WhatOneSocketBroughtAlongIsNoPositionOfAnother) {
    detail::RecoveryLog log(100'000, 1000);
    const auto event = detail::encode_event("/", {}, true, "event");
    const auto add = [&](std::uint64_t id, std::string_view adopted_by) {
        StoredTarget target;
        if (!adopted_by.empty()) target.add_room(adopted_by);
        log.append(std::make_shared<const detail::MissableEvent>(detail::MissableEvent{id, 0, target, event, !adopted_by.empty()}));
    };
    add(1, {});
    add(2, {});
    add(1, "mover");
    EXPECT_EQ(log.position_after(1, "mover"), 3U);
    EXPECT_EQ(log.position_after(1, "other"), 1U);
}

}  // namespace
}  // namespace sio
