#include <gmock/gmock.h>

#include <future>

#include "sio/engineio/testing/client.hpp"
#include "sio/socketio/testing/fixture.hpp"

namespace sio {
namespace {

using Polling = engineio::testing::Client;

class StatisticsOf : public testing::ServerTest, public ::testing::WithParamInterface<unsigned> {
protected:
    void SetUp() override {
        options_.loops = GetParam();
        io().on("known", [](Socket& socket, const Event& event) { socket.emit("answer", event[0]); });
        io().of("/closed").use([](Socket&, Next next) { next(ConnectError{"no"}); });
    }

    Statistics gather() {
        std::promise<Statistics> gathered;
        io().statistics([&](Statistics statistics) { gathered.set_value(std::move(statistics)); });
        return gathered.get_future().get();
    }
    /// Asks until it is so, as long as a client would wait.
    template <class Condition>
    Statistics gather_until(const Condition& condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        Statistics statistics = gather();
        while (!condition(statistics) && std::chrono::steady_clock::now() < end) statistics = gather();
        return statistics;
    }
    static const NamespaceStatistics& of(const Statistics& statistics, std::string_view name) {
        return *std::ranges::find(statistics.namespaces, name, &NamespaceStatistics::name);
    }
};

INSTANTIATE_TEST_SUITE_P(Loops, StatisticsOf, ::testing::Values(1U, 3U),
                         [](const auto& loops) { return loops.param == 1 ? std::string("OneLoop") : std::string("MultiLoop"); });

TEST_P(StatisticsOf, EventsAreCountedByNameForEachDelivery) {
    start();
    auto one = join();
    auto two = join();
    one->send(R"(42["known",1])");
    EXPECT_EQ(one->receive(), R"(42["answer",1])");
    one->send(R"(42["mystery"])");
    EXPECT_TRUE(one->sync());
    for (int i = 0; i < 3; ++i) {
        io().emit("told", i);
        for (auto* client : {one.get(), two.get()}) EXPECT_EQ(client->receive(), R"(42["told",)" + std::to_string(i) + "]");
    }
    const auto statistics = gather();
    auto events = of(statistics, "/").events;
    EXPECT_EQ(events["known"].received, 1U);
    EXPECT_EQ(events["answer"].sent, 1U);
    EXPECT_EQ(events["told"].sent, 6U);
    EXPECT_EQ(events[""].received, 1U);
    EXPECT_FALSE(events.contains("mystery")) << "what clients invent takes no memory";
}

TEST_P(StatisticsOf, AnEventThatIsPutOffIsCountedOnce) {
    std::atomic<bool> put_off{false};
    io().on("wait", [&](Socket& socket, const Event& event) {
        if (put_off.exchange(true)) return event.ack();
        event.defer();
        socket.connection().loop().post([hold = std::make_shared<Hold>(socket.hold())]() mutable { hold.reset(); });
    });
    start();
    auto client = join();
    client->send(R"(420["wait"])");
    EXPECT_EQ(client->receive(), "430[]");
    const auto statistics = gather();
    EXPECT_EQ(of(statistics, "/").events.find("wait")->second.received, 1U);
}

TEST_P(StatisticsOf, SocketsAreCountedByTransportThroughAnUpgrade) {
    io().of("/").on_upgrade([this](Socket& socket) {
        const bool websocket = socket.connection().transport() == engineio::TransportKind::WebSocket;
        journal_.add(websocket ? "upgraded" : "still polling");
        socket.emit("after the upgrade");
    });
    start();
    auto websocket = join();
    Polling polling(port_);
    const std::string path = "/socket.io/?EIO=4&transport=polling";
    const std::string open = polling.get(path).body;
    const std::string sid = open.substr(open.find(R"("sid":")") + 7, 20);
    EXPECT_EQ(polling.post(path + "&sid=" + sid, "40").body, "ok");
    polling.get(path + "&sid=" + sid);
    const auto before = gather();
    EXPECT_EQ(before.polling, 1U);
    EXPECT_EQ(before.websocket, 1U);
    EXPECT_EQ(of(before, "/").polling, 1U);
    EXPECT_EQ(of(before, "/").websocket, 1U);

    Polling upgraded(port_);
    ASSERT_TRUE(upgraded.upgrade("/socket.io/?EIO=4&transport=websocket&sid=" + sid));
    upgraded.send_text("2probe");
    EXPECT_EQ(upgraded.text(), "3probe");
    upgraded.send_text("5");
    EXPECT_EQ(upgraded.text(), R"(42["after the upgrade"])");
    upgraded.send_text(R"(420["sync"])");
    EXPECT_EQ(upgraded.text(), "430[]");
    EXPECT_THAT(journal_.wait(1), ::testing::ElementsAre("upgraded")) << "the websocket's own socket never was";
    const auto after = gather();
    EXPECT_EQ(after.polling, 0U);
    EXPECT_EQ(after.websocket, 2U);
    EXPECT_EQ(after.opened, 2U);
    EXPECT_EQ(after.upgraded, 1U);
    EXPECT_EQ(of(after, "/").polling, 0U);
    EXPECT_EQ(of(after, "/").websocket, 2U);
    EXPECT_EQ(of(after, "/").connected, 2U);

    websocket->cut();
    const auto ended = gather_until([](const Statistics& now) { return now.websocket == 1; });
    EXPECT_EQ(of(ended, "/").websocket, 1U);
    EXPECT_EQ(ended.closed[static_cast<std::size_t>(engineio::CloseReason::TransportClose)], 1U);
}

TEST_P(StatisticsOf, VolatileEventsWithoutRoomAreCountedAsDroppedAndNotAsSent) {
    io().on("hurry", [](Socket& socket, const Event& event) {
        const EncodedEvent hint = socket.nsp().encode("hint");
        int sent = 0;
        for (int i = 0; i < 10; ++i) sent += socket.send_volatile(hint) ? 1 : 0;
        event.ack(sent);
    });
    start();
    Polling client(port_);
    const std::string path = "/socket.io/?EIO=4&transport=polling";
    const std::string open = client.get(path).body;
    const std::string with_sid = path + "&sid=" + open.substr(open.find(R"("sid":")") + 7, 20);
    client.post(with_sid, "40");
    client.get(with_sid);
    // No poll waits, so nothing can leave.
    client.post(with_sid, R"(420["hurry"])");
    EXPECT_EQ(client.get(with_sid).body, "430[0]");
    const auto statistics = gather();
    EXPECT_EQ(of(statistics, "/").dropped, 10U);
    EXPECT_FALSE(of(statistics, "/").events.contains("hint"));
}

TEST_P(StatisticsOf, RefusalsAreCountedWhereTheyHappen) {
    start();
    auto client = join();
    client->send("40/closed,");
    EXPECT_EQ(client->receive(), R"(44/closed,{"message":"no"})");
    const auto statistics = gather();
    EXPECT_EQ(of(statistics, "/closed").refused, 1U);
    EXPECT_EQ(of(statistics, "/closed").connected, 0U);
    EXPECT_EQ(of(statistics, "/").refused, 0U);
}

TEST_P(StatisticsOf, RequestsThatOpenNothingAreCountedByReason) {
    start();
    Polling client(port_);
    EXPECT_EQ(client.get("/socket.io/?EIO=4&transport=pigeon").status, 400);
    EXPECT_EQ(client.get("/socket.io/?EIO=4&transport=polling&sid=nobody").status, 400);
    EXPECT_EQ(client.post("/socket.io/?EIO=4&transport=polling", "40").status, 400);
    EXPECT_EQ(client.get("/nowhere").status, 404);
    Polling upgrade(port_);
    EXPECT_FALSE(upgrade.upgrade("/socket.io/?EIO=4&transport=websocket&sid=nobody"));
    auto joined = join();
    joined->send("40/nowhere,");
    EXPECT_EQ(joined->receive(), R"(44/nowhere,{"message":"Invalid namespace"})");

    const auto statistics = gather();
    const auto refused = [&](engineio::HandshakeError error) { return statistics.refused[static_cast<std::size_t>(error)]; };
    EXPECT_EQ(refused(engineio::HandshakeError::UnknownTransport), 1U);
    EXPECT_EQ(refused(engineio::HandshakeError::UnknownSession), 2U);
    EXPECT_EQ(refused(engineio::HandshakeError::BadMethod), 1U);
    EXPECT_EQ(refused(engineio::HandshakeError::Forbidden), 0U);
    EXPECT_EQ(statistics.refused_closing, 0U);
    EXPECT_EQ(statistics.invalid_namespaces, 1U);
    EXPECT_EQ(statistics.opened, 1U);
    EXPECT_EQ(statistics.answers, (http::Server::Answers{1, 0, 0, 5, 0})) << "a websocket, and five that were nothing";
}

TEST_P(StatisticsOf, BytesAreCountedBothWays) {
    start();
    auto client = join();
    const auto before = gather();
    const std::string message = R"(42["known",")" + std::string(5000, 'a') + "\"]";
    client->send(message);
    const std::string answer = client->receive();
    // A frame of that size has a header of four bytes, and four more for the mask when a client sends it.
    const auto after = gather_until([&](const Statistics& now) { return now.sent_bytes > before.sent_bytes; });
    EXPECT_EQ(after.received_bytes - before.received_bytes, message.size() + 8);
    EXPECT_EQ(after.sent_bytes - before.sent_bytes, answer.size() + 4);
}

TEST_P(StatisticsOf, OutputThatWaitsIsWeighed) {
    options_.engine.max_queue_bytes = 8 << 20;
    start();
    auto reader = join();
    auto idle = join();
    const std::string large(1 << 20, 'x');
    for (int i = 0; i < 16; ++i) io().to("nobody").emit("large", large);
    EXPECT_EQ(gather().queued_bytes, 0U);
    for (int i = 0; i < 20; ++i) {
        io().emit("large", large);
        EXPECT_EQ(reader->receive().size(), large.size() + 14);
        // The kernel takes some megabytes of it for the one who does not read.
        if (gather().queued_bytes > 0) break;
    }
    EXPECT_GT(gather().queued_bytes, 0U);
    for (int i = 0; i < 20 && gather().overflows == 0; ++i) {
        io().emit("large", large);
        reader->receive();
    }
    const auto statistics = gather_until([](const Statistics& now) { return now.queued_bytes == 0; });
    EXPECT_EQ(statistics.overflows, 1U);
    EXPECT_EQ(statistics.queued_bytes, 0U);
}

}  // namespace
}  // namespace sio
