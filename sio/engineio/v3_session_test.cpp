// Sessions of Engine.IO 3 clients, beside which those of version 4 go on as ever.
#include <gtest/gtest.h>

#include "sio/engineio/testing/host.hpp"
#include "sio/engineio/v3_messages.hpp"

namespace sio::engineio {
namespace {

using testing::Client;
using testing::Host;
using namespace std::chrono_literals;
using namespace std::string_literals;

const std::string kPolling = "/engine.io/?EIO=3&transport=polling";
const std::string kWebSocket = "/engine.io/?EIO=3&transport=websocket";
constexpr auto* kOctetStream = "application/octet-stream";

Options allowing() {
    Options options;
    options.allow_eio3 = true;
    return options;
}

using Frame = std::pair<unsigned, std::string>;

TEST(V3Handshake, OpensInThePayloadsForm) {
    Host host(allowing());
    Client client = host.client();
    const auto answer = client.get(kPolling);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=UTF-8");
    const auto colon = answer.body.find(':');
    EXPECT_EQ(answer.body.substr(0, colon), std::to_string(answer.body.size() - colon - 1));
    EXPECT_TRUE(answer.body.substr(colon).starts_with(R"(:0{"sid":")")) << answer.body;
    EXPECT_EQ(client.get("/engine.io/?EIO=4&transport=polling").body.substr(0, 9), R"(0{"sid":")");
}

TEST(V3Handshake, OtherVersionsStayUnsupported) {
    Host host(allowing());
    Client client = host.client();
    for (const auto* query : {"", "EIO=&", "EIO=2&", "EIO=5&", "EIO=03&", "EIO=abc&"}) {
        const auto answer = client.get("/engine.io/?"s + query + "transport=polling");
        EXPECT_EQ(answer.body, R"({"code":5,"message":"Unsupported protocol version"})") << query;
    }
}

TEST(V3Handshake, ASessionKeepsItsVersion) {
    Host host(allowing());
    Client client = host.client();
    const auto mixed = [&](std::string target, const char* other) { return target.replace(target.find("EIO="), 5, other); };
    EXPECT_EQ(client.get(mixed(Host::open_polling(client, kPolling), "EIO=4")).status, 400);
    EXPECT_EQ(client.get(mixed(Host::open_polling(client), "EIO=3")).status, 400);
    EXPECT_FALSE(host.client().upgrade(Host::websocket_target(mixed(Host::open_polling(client, kPolling), "EIO=4"))));
}

TEST(V3Polling, EchoesTextAndBinaryAsTheHandshakeAsked) {
    Host host(allowing());
    Client client = host.client();
    for (const bool base64 : {true, false}) {
        const std::string asked = base64 ? kPolling + "&b64=1" : kPolling;
        std::string target = Host::open_polling(client, asked);
        if (base64) target.erase(target.find("&b64=1"), 6);  // only the first request counts
        EXPECT_EQ(client.post(target, "6:4hello3:4\U0001F60010:b4AQIDBA==").body, "ok");
        const auto answer = client.get(target);
        EXPECT_EQ(answer.header("Content-Type"), base64 ? "text/plain; charset=UTF-8" : kOctetStream);
        EXPECT_EQ(answer.body, base64 ? "6:4hello3:4\U0001F60010:b4AQIDBA=="
                                      : "\0\6\xff"
                                        "4hello"
                                        "\0\5\xff"
                                        "4\U0001F600"
                                        "\1\5\xff\4\1\2\3\4"s);
    }
}

TEST(V3Polling, TakesAPayloadOfBytes) {
    Host host(allowing());
    Client client = host.client();
    const std::string target = Host::open_polling(client, kPolling + "&b64=1");
    const auto body =
        "\0\2\xff"
        "4a"
        "\1\3\xff\4\xff\xfe"s;
    EXPECT_EQ(client.post(target, body, kOctetStream).body, "ok");
    EXPECT_EQ(client.get(target).body, "2:4a6:b4//4=");
}

TEST(V3Polling, Jsonp) {
    Host host(allowing());
    Client client = host.client();
    const std::string body = client.get(kPolling + "&j=7").body;
    const std::string before = R"(:0{\"sid\":\")";
    ASSERT_TRUE(body.starts_with("___eio[7](\"")) << body;
    const std::string target = kPolling + "&j=7&sid=" + body.substr(body.find(before) + before.size(), 20);
    EXPECT_EQ(client.post(target, "d=4%3A4%22%C3%A4%226%3Ab4AQI%3D", "application/x-www-form-urlencoded").body, "ok");
    EXPECT_EQ(client.get(target).body, "___eio[7](\"4:4\\\"\u00e4\\\"6:b4AQI=\");");
}

struct Bad {
    std::string body;
    const char* content_type = "text/plain;charset=UTF-8";
};
class V3PostCloses : public ::testing::TestWithParam<Bad> {};
TEST_P(V3PostCloses, TheSessionWithAParseError) {
    Host host(allowing());
    Client client = host.client();
    const std::string target = Host::open_polling(client, kPolling);
    client.post(target, GetParam().body, GetParam().content_type);
    EXPECT_EQ(host.next_close(), "parse error");
}
INSTANTIATE_TEST_SUITE_P(V3Polling, V3PostCloses,
                         ::testing::Values(Bad{""}, Bad{"4hello"}, Bad{"9:4hello"}, Bad{"1:2:"}, Bad{"2:4\xff"},
                                           Bad{"\0\2\xff"
                                               "4a"s},
                                           Bad{"", kOctetStream}, Bad{"2:4a", kOctetStream}, Bad{"\1\2\xff\4"s, kOctetStream},
                                           Bad{"\0\2\xff"
                                               "4\xff"s,
                                               kOctetStream}));

TEST(V3Polling, EndsAsInVersion4) {
    Host host(allowing());
    Client client = host.client();
    Client poster = host.client();
    std::string target = Host::open_polling(client, kPolling);
    client.start_get(target);
    EXPECT_EQ(poster.post(target, "1:1").body, "ok");
    EXPECT_EQ(client.receive().body, "1:6");
    EXPECT_EQ(host.next_close(), "transport close");

    target = Host::open_polling(client, kPolling);
    EXPECT_EQ(poster.post(target, "9:4close me").body, "ok");
    EXPECT_EQ(client.get(target).body, "1:1");
}

TEST(V3WebSocket, BinaryHasItsTypeInFront) {
    Host host(allowing());
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kWebSocket));
    EXPECT_TRUE(client.text().starts_with(R"(0{"sid":)"));
    client.send_binary("\4\1\2");
    EXPECT_EQ(client.frame(), (Frame{2, "\4\1\2"}));
    client.send_text("b4AQI=");
    EXPECT_EQ(client.frame(), (Frame{2, "\4\1\2"}));
    client.send_text("4hello");
    EXPECT_EQ(client.frame(), (Frame{1, "4hello"}));
}

TEST(V3WebSocket, BinaryIsTextForAClientThatAsked) {
    Host host(allowing());
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kWebSocket + "&b64=1"));
    client.text();
    client.send_text("b4AQI=");
    EXPECT_EQ(client.frame(), (Frame{1, "b4AQI="}));
}

TEST(V3WebSocket, RefusesABinaryPacketOfAnotherType) {
    Host host(allowing());
    for (const auto* bytes : {"", "\3", "4a"}) {
        Client client = host.client();
        ASSERT_TRUE(client.upgrade(kWebSocket));
        client.text();
        client.send_binary(bytes);
        EXPECT_EQ(host.next_close(), "parse error");
    }
}

TEST(V3Upgrade, TheNewTransportDecidesHowBinaryIsSent) {
    Host host(allowing());
    Client client = host.client();
    std::string target = Host::open_polling(client, kPolling + "&b64=1");
    target.erase(target.find("&b64=1"), 6);
    Client socket = host.client();
    ASSERT_TRUE(socket.upgrade(Host::websocket_target(target)));
    socket.send_text("2probe");
    EXPECT_EQ(socket.text(), "3probe");
    EXPECT_EQ(client.post(target, "6:b4AQI=").body, "ok");
    EXPECT_EQ(client.get(target).body, "6:b4AQI=");
    EXPECT_EQ(client.post(target, "6:b4Aw==6:b4BA==").body, "ok");
    socket.send_text("5");
    EXPECT_EQ(socket.frame(), (Frame{2, "\4\3"}));
    EXPECT_EQ(socket.frame(), (Frame{2, "\4\4"}));
    socket.send_text("2");
    EXPECT_EQ(socket.text(), "3");
}

TEST(V3Heartbeat, AnswersPingsAndSendsNone) {
    auto options = allowing();
    options.ping_interval = 20ms;
    options.ping_timeout = 400ms;
    Host host(options);
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kWebSocket));
    client.text();
    for (int i = 0; i < 3; ++i) {
        client.send_text("2");
        EXPECT_EQ(client.text(), "3");
    }
    // Silence, and messages are no pings: the next frame is the end.
    client.send_text("4hello");
    EXPECT_EQ(client.text(), "4hello");
    EXPECT_EQ(client.frame().first, 8U);
    EXPECT_EQ(host.next_close(), "ping timeout");
}

TEST(V3Heartbeat, APongIsOutOfPlace) {
    Host host(allowing());
    Client client = host.client();
    ASSERT_TRUE(client.upgrade(kWebSocket));
    client.text();
    client.send_text("3");
    EXPECT_EQ(host.next_close(), "transport error");
}

TEST(V3Heartbeat, WithoutPingsAPollingSessionEnds) {
    auto options = allowing();
    options.ping_interval = 20ms;
    options.ping_timeout = 20ms;
    Host host(options);
    Client client = host.client();
    const std::string target = Host::open_polling(client, kPolling);
    EXPECT_EQ(host.next_close(), "ping timeout");
    EXPECT_EQ(client.post(target, "1:2").status, 400);
}

// One binary packet for three sessions: the two of version 3 share what was made for them.
TEST(V3Messages, AreMadeOnceATurn) {
    runtime::LoopGroup loops(1);
    auto& loop = loops.at(0);
    v3::Messages messages(loop);
    const Packet packet = binary_packet("\1\2");
    const Packet first = messages.of(packet, Revision::V3);
    EXPECT_EQ(first.frame->payload(), "\4\1\2");
    EXPECT_EQ(messages.of(packet, Revision::V3).frame, first.frame);
    EXPECT_EQ(messages.of(packet, Revision::V3Base64).frame->payload(), "b4AQI=");
    EXPECT_NE(messages.of(binary_packet("\1\2"), Revision::V3).frame, first.frame);
    for (char c = 'a'; c < 'z'; ++c) messages.of(binary_packet({&c, 1}), Revision::V3);
    EXPECT_NE(messages.of(packet, Revision::V3).frame, first.frame);
    Packet still = messages.of(packet, Revision::V3);
    loop.turn();
    EXPECT_NE(messages.of(packet, Revision::V3).frame, still.frame);
    loop.turn();
}

}  // namespace
}  // namespace sio::engineio
