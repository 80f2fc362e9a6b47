#include "sio/engineio/session.hpp"

#include <gtest/gtest.h>

#include "sio/engineio/testing/host.hpp"

namespace sio::engineio {
namespace {

using testing::Client;
using testing::Host;
using namespace std::chrono_literals;

const std::string kTarget = "/engine.io/?EIO=4&transport=websocket";

TEST(WebSocketTransport, OpensAndEchoes) {
    Host host;
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kTarget));
    EXPECT_TRUE(client.text().ends_with(R"(","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})"));
    client.send_text("4hello");
    EXPECT_EQ(client.text(), "4hello");
    client.send_binary("\1\2");
    EXPECT_EQ(client.frame(), (std::pair<unsigned, std::string>{2, "\1\2"}));
}

TEST(WebSocketTransport, ARefusedHandshakeIsPlainHttp) {
    Host host;
    Client client = host.client();
    EXPECT_FALSE(client.upgrade("/engine.io/?EIO=4&transport=websocket&sid=nobody"));
    EXPECT_TRUE(client.closed());
}

struct Bad {
    const char* packet;
    const char* reason;
};
class WebSocketCloses : public ::testing::TestWithParam<Bad> {};
TEST_P(WebSocketCloses, OnAPacketOutOfPlace) {
    Host host;
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kTarget));
    client.text();
    client.send_text(GetParam().packet);
    EXPECT_EQ(host.next_close(), GetParam().reason);
    EXPECT_EQ(client.frame().first, 8U);
}
INSTANTIATE_TEST_SUITE_P(WebSocketTransport, WebSocketCloses,
                         ::testing::Values(Bad{"abc", "parse error"}, Bad{"", "parse error"}, Bad{"2", "transport error"},
                                           Bad{"1", "transport close"}));

TEST(WebSocketTransport, PongsKeepItAlive) {
    Options options;
    options.ping_interval = 20ms;
    options.ping_timeout = 40ms;
    Host host(options);
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kTarget));
    client.text();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(client.text(), "2");
        client.send_text("3");
    }
    EXPECT_EQ(client.text(), "2");
    EXPECT_EQ(host.next_close(), "ping timeout");
}

TEST(WebSocketTransport, ATcpEndIsATransportClose) {
    Host host;
    {
        Client client = host.client();
        ASSERT_TRUE(client.upgrade(kTarget));
        client.text();
    }
    EXPECT_EQ(host.next_close(), "transport close");
}

TEST(Upgrade, MovesToTheWebsocketWithNothingLost) {
    Host host;
    Client poller = host.client();
    const std::string polling = host.open_polling(poller);
    Client socket = host.client();
    ASSERT_TRUE(socket.upgrade(Host::websocket_target(polling)));
    socket.send_text("2probe");
    EXPECT_EQ(socket.text(), "3probe");
    poller.post(polling, "4queued");
    socket.send_text("5");
    EXPECT_EQ(socket.text(), "4queued");
    socket.send_text("4after");
    EXPECT_EQ(socket.text(), "4after");
    EXPECT_EQ(poller.get(polling).body, R"({"code":3,"message":"Bad request"})");
}

TEST(Upgrade, NudgesAHangingGet) {
    Host host;
    Client poller = host.client();
    const std::string polling = host.open_polling(poller);
    poller.start_get(polling);
    Client socket = host.client();
    ASSERT_TRUE(socket.upgrade(Host::websocket_target(polling)));
    socket.send_text("2probe");
    EXPECT_EQ(socket.text(), "3probe");
    EXPECT_EQ(poller.receive().body, "6");
}

TEST(Upgrade, AWrongFirstPacketLeavesThePollingSessionAlone) {
    Host host;
    Client poller = host.client();
    const std::string polling = host.open_polling(poller);
    Client socket = host.client();
    ASSERT_TRUE(socket.upgrade(Host::websocket_target(polling)));
    socket.send_text("4hello");
    EXPECT_EQ(socket.frame().first, 8U);
    EXPECT_EQ(poller.post(polling, "4still here").body, "ok");
    EXPECT_EQ(poller.get(polling).body, "4still here");
}

TEST(Upgrade, ASilentProbeTimesOut) {
    Options options;
    options.upgrade_timeout = 30ms;
    Host host(options);
    Client poller = host.client();
    const std::string polling = host.open_polling(poller);
    Client socket = host.client();
    ASSERT_TRUE(socket.upgrade(Host::websocket_target(polling)));
    EXPECT_EQ(socket.frame().first, 8U);
    EXPECT_EQ(poller.post(polling, "4x").body, "ok");
}

TEST(Upgrade, ASecondWebsocketIsClosed) {
    Host host;
    Client poller = host.client();
    const std::string polling = host.open_polling(poller);
    Client first = host.client();
    ASSERT_TRUE(first.upgrade(Host::websocket_target(polling)));
    first.send_text("2probe");
    EXPECT_EQ(first.text(), "3probe");
    Client second = host.client();
    ASSERT_TRUE(second.upgrade(Host::websocket_target(polling)));
    EXPECT_EQ(second.frame().first, 8U);
    first.send_text("5");
    first.send_text("4x");
    EXPECT_EQ(first.text(), "4x");
}

TEST(Upgrade, AWebsocketBornSessionIsNotTakenOver) {
    Host host;
    Client owner = host.client();
    ASSERT_TRUE(owner.upgrade(kTarget));
    const std::string open = owner.text();
    const std::string sid = open.substr(open.find("\"sid\":\"") + 7, 20);
    Client thief = host.client();
    thief.upgrade(kTarget + "&sid=" + sid);
    thief.send_text("2probe");
    EXPECT_NE(thief.text(), "3probe");
    owner.send_text("4mine");
    EXPECT_EQ(owner.text(), "4mine");
}

TEST(Server, EndsEverySessionWhenItCloses) {
    Host host({}, 2);
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kTarget));
    client.text();
    host.close_sessions();
    EXPECT_EQ(host.next_close(), "server shutting down");
    EXPECT_EQ(client.frame().first, 8U);
    EXPECT_EQ(host.client().get("/engine.io/?EIO=4&transport=polling").status, 503);
}

TEST(Server, CountsSessionsByTransport) {
    Host host;
    Client poller = host.client();
    host.open_polling(poller);
    Client socket = host.client();
    ASSERT_TRUE(socket.upgrade(kTarget));
    socket.text();
    EXPECT_EQ(host.engine().counts().polling, 1U);
    EXPECT_EQ(host.engine().counts().websocket, 1U);
}

}  // namespace
}  // namespace sio::engineio
