#include "sio/engineio/polling.hpp"

#include <gtest/gtest.h>

#include "sio/engineio/testing/host.hpp"

namespace sio::engineio {
namespace {

using testing::Client;
using testing::Host;
using namespace std::chrono_literals;

TEST(Handshake, OpensAPollingSession) {
    Host host;
    Client client = host.client();
    const auto answer = client.get("/engine.io/?EIO=4&transport=polling");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=UTF-8");
    EXPECT_EQ(answer.header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.header("Set-Cookie"), "");
    EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "");
    EXPECT_TRUE(answer.body.starts_with(R"(0{"sid":")")) << answer.body;
    EXPECT_TRUE(answer.body.ends_with(R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})"))
        << answer.body;
}

TEST(Handshake, TheTrailingSlashIsOptional) {
    Host host;
    Client client = host.client();
    EXPECT_EQ(client.get("/engine.io?EIO=4&transport=polling").status, 200);
    EXPECT_EQ(client.get("/engine.iox?EIO=4&transport=polling").status, 404);
}

struct Refused {
    const char* target;
    const char* method;
    const char* body;
};
class HandshakeRefuses : public ::testing::TestWithParam<Refused> {};
TEST_P(HandshakeRefuses, WithTheCodeOfTheReferenceServer) {
    Host host;
    Client client = host.client();
    client.send(testing::request(GetParam().method, GetParam().target, {}, {}));
    const auto answer = client.receive();
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.body, GetParam().body);
}
INSTANTIATE_TEST_SUITE_P(
    Handshake, HandshakeRefuses,
    ::testing::Values(Refused{"/engine.io/?EIO=4", "GET", R"({"code":0,"message":"Transport unknown"})"},
                      Refused{"/engine.io/?EIO=4&transport=constructor", "GET", R"({"code":0,"message":"Transport unknown"})"},
                      Refused{"/engine.io/?EIO=4&transport=polling&sid=abc", "GET", R"({"code":1,"message":"Session ID unknown"})"},
                      Refused{"/engine.io/?EIO=4&transport=polling", "POST", R"({"code":2,"message":"Bad handshake method"})"},
                      Refused{"/engine.io/?EIO=4&transport=websocket", "GET", R"({"code":3,"message":"Bad request"})"},
                      Refused{"/engine.io/?transport=polling", "GET", R"({"code":5,"message":"Unsupported protocol version"})"},
                      Refused{"/engine.io/?EIO=3&transport=polling", "GET", R"({"code":5,"message":"Unsupported protocol version"})"}));

TEST(Handshake, ASessionOfAnotherServerIsRefusedAndReported) {
    std::vector<std::string> owners;
    Host host({.server_tag = parse_server_tag("s2"), .on_foreign_session = [&](ServerTag owner) { owners.push_back(to_string(owner)); }});
    const std::string target = "/engine.io/?EIO=4&transport=";
    const auto sid_of = [](ServerTag tag) {
        const SessionId id = make_session_id(tag, 0);
        return std::string(id.data(), id.size());
    };
    constexpr auto* kUnknown = R"({"code":1,"message":"Session ID unknown"})";
    Client client = host.client();
    const std::string foreign = sid_of(*parse_server_tag("s1"));
    EXPECT_EQ(client.get(target + "polling&sid=" + foreign).body, kUnknown);
    EXPECT_EQ(client.post(target + "polling&sid=" + foreign, "2").body, kUnknown);
    EXPECT_FALSE(host.client().upgrade(target + "websocket&sid=" + foreign));
    EXPECT_EQ(owners, (std::vector<std::string>{"s1", "s1", "s1"}));
    // One of its own that has ended, and what is no session id at all, are nobody else's.
    for (const auto& unknown : {sid_of(host.engine().server_tag()), std::string("abc")})
        EXPECT_EQ(client.get(target + "polling&sid=" + unknown).body, kUnknown);
    EXPECT_EQ(owners.size(), 3U);
}

TEST(Handshake, TheLastOfRepeatedParametersWins) {
    Host host;
    Client client = host.client();
    EXPECT_EQ(client.get("/engine.io/?EIO=3&EIO=4&transport=x&transport=polling").status, 200);
}

TEST(Handshake, AllowRequestMayForbid) {
    Options options;
    options.allow_request = [](const http::Request& request) {
        return request.parameter("deny") ? Verdict::forbid("not you") : Verdict::allow();
    };
    Host host(options);
    Client client = host.client();
    const auto answer = client.get("/engine.io/?EIO=4&transport=polling&deny=1");
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.body, R"({"code":4,"message":"not you"})");
    EXPECT_EQ(client.get("/engine.io/?EIO=4&transport=polling").status, 200);
}

TEST(Handshake, CookieCorsAndHeaderHooks) {
    Options options;
    options.cookie.emplace();
    options.cors.origins = {"https://desk.example"};
    options.initial_headers = [](http::HeaderList& headers, const http::Request&) { headers.emplace_back("X-First", "1"); };
    options.headers = [](http::HeaderList& headers, const http::Request&) { headers.emplace_back("X-Each", "1"); };
    Host host(options);
    Client client = host.client();
    const auto first = client.get("/engine.io/?EIO=4&transport=polling", "Origin: https://desk.example\r\n");
    const std::string sid = first.body.substr(first.body.find("\"sid\":\"") + 7, 20);
    EXPECT_EQ(first.header("Set-Cookie"), "io=" + sid + "; Path=/; HttpOnly; SameSite=Lax");
    EXPECT_EQ(first.header("Access-Control-Allow-Origin"), "https://desk.example");
    EXPECT_EQ(first.header("X-First"), "1");
    EXPECT_EQ(first.header("X-Each"), "1");
    const auto second = client.post("/engine.io/?EIO=4&transport=polling&sid=" + sid, "4x");
    EXPECT_EQ(second.header("Set-Cookie"), "");
    EXPECT_EQ(second.header("X-First"), "");
    EXPECT_EQ(second.header("X-Each"), "1");
}

TEST(PollingTransport, EchoesTextAndBinaryInOneAnswer) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    EXPECT_EQ(client
                  .post(target,
                        "4one\x1e"
                        "bAQID\x1e"
                        "4two")
                  .body,
              "ok");
    EXPECT_EQ(client.get(target).body,
              "4one\x1e"
              "bAQID\x1e"
              "4two");
}

TEST(PollingTransport, AGetHangsUntilThereIsAPacket) {
    Host host;
    Client poller = host.client();
    Client poster = host.client();
    const std::string target = host.open_polling(poller);
    poller.start_get(target);
    EXPECT_EQ(poster.post(target, "4late").body, "ok");
    EXPECT_EQ(poller.receive().body, "4late");
}

TEST(PollingTransport, SecondGetClosesTheSession) {
    Host host;
    Client first = host.client();
    Client second = host.client();
    const std::string target = host.open_polling(first);
    first.start_get(target);
    // The server has the first GET for certain once it answered a request sent after it on the same loop and connection order.
    EXPECT_EQ(second.post(target, "3").body, "ok");
    EXPECT_EQ(second.get(target).status, 400);
    EXPECT_EQ(first.receive().body, "1");
    EXPECT_EQ(host.next_close(), "transport error");
    EXPECT_EQ(second.get(target).body, R"({"code":1,"message":"Session ID unknown"})");
}

TEST(PollingTransport, SecondPostClosesTheSessionAndCutsTheFirst) {
    Host host;
    Client first = host.client();
    Client second = host.client();
    const std::string target = host.open_polling(second);
    first.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n4part");
    Client third = host.client();
    third.get("/engine.io/?EIO=4&transport=polling");
    EXPECT_EQ(second.post(target, "4x").status, 400);
    EXPECT_EQ(host.next_close(), "transport error");
    EXPECT_TRUE(first.closed());
}

TEST(PollingTransport, OctetStreamIsRefused) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    EXPECT_EQ(client.post(target, "4x", "application/octet-stream").status, 400);
    EXPECT_EQ(host.next_close(), "transport error");
}

TEST(PollingTransport, BodyOfExactlyMaxPayloadIsTakenAndOneMoreIsNot) {
    Options options;
    options.max_payload = 10;
    Host host(options);
    Client client = host.client();
    const std::string target = host.open_polling(client);
    EXPECT_EQ(client.post(target, "4" + std::string(9, 'x')).status, 200);
    EXPECT_EQ(host.client().post(target, "4" + std::string(10, 'x')).status, 413);
    EXPECT_EQ(client.get(target).body, "4" + std::string(9, 'x')) << "the session lives on";
}

class PollingRejects : public ::testing::TestWithParam<const char*> {};
TEST_P(PollingRejects, MalformedPayloadEndsTheSession) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    client.post(target, GetParam());
    EXPECT_EQ(host.next_close(), "parse error");
    EXPECT_EQ(client.get(target).status, 400);
}
INSTANTIATE_TEST_SUITE_P(PollingTransport, PollingRejects, ::testing::Values("", "abc", "4a\x1e", "b***", "4\xff\xfe", "4\xed\xa0\x80"));

TEST(PollingTransport, APingFromTheClientIsAnError) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    EXPECT_EQ(client.post(target, "2").body, "ok");
    EXPECT_EQ(host.next_close(), "transport error");
}

TEST(PollingTransport, ClientCloseAnswersTheHangingGetWithANoop) {
    Host host;
    Client poller = host.client();
    Client poster = host.client();
    const std::string target = host.open_polling(poller);
    poller.start_get(target);
    EXPECT_EQ(poster.post(target, "1").body, "ok");
    EXPECT_EQ(poller.receive().body, "6");
    EXPECT_EQ(host.next_close(), "transport close");
    EXPECT_EQ(poster.get(target).body, R"({"code":1,"message":"Session ID unknown"})");
}

TEST(PollingTransport, ClientCloseThatOvertookTheGetStillAnswersIt) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    EXPECT_EQ(client.post(target, "1").body, "ok");
    EXPECT_EQ(host.next_close(), "transport close");
    EXPECT_EQ(client.get(target).body, "6");
    EXPECT_EQ(client.get(target).body, R"({"code":1,"message":"Session ID unknown"})");
}

TEST(PollingTransport, ServerCloseComesAloneAfterWhatWasQueued) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    EXPECT_EQ(client
                  .post(target,
                        "4last\x1e"
                        "4close me")
                  .body,
              "ok");
    EXPECT_EQ(host.next_close(), "forced close");
    EXPECT_EQ(client.get(target).body, "4last");
    EXPECT_EQ(client.get(target).body, "1");
    EXPECT_EQ(client.get(target).status, 400);
}

TEST(PollingTransport, ALostGetEndsTheSession) {
    Host host;
    Client poller = host.client();
    const std::string target = host.open_polling(poller);
    poller.start_get(target);
    Client other = host.client();
    EXPECT_EQ(other.post(target, "3").body, "ok");
    poller.reset();
    EXPECT_EQ(host.next_close(), "transport error");
}

TEST(PollingTransport, ALostPostEndsTheSessionAndNothingOfItIsProcessed) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    {
        Client poster = host.client();
        poster.send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n4part\x1e");
    }
    EXPECT_EQ(host.next_close(), "transport error");
}

TEST(PollingTransport, OtherMethodsLeaveTheSessionAlone) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    client.send(testing::request("DELETE", target, {}, {}));
    EXPECT_EQ(client.receive().status, 400);
    EXPECT_EQ(client.post(target, "4x").body, "ok");
}

TEST(PollingTransport, PingsAndClosesWithoutAPong) {
    Options options;
    options.ping_interval = 30ms;
    options.ping_timeout = 30ms;
    Host host(options);
    Client client = host.client();
    const std::string target = host.open_polling(client);
    EXPECT_EQ(client.get(target).body, "2");
    EXPECT_EQ(host.next_close(), "ping timeout");
}

TEST(PollingTransport, AGetAfterTheTimeForThePongFindsTheSessionGone) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client);
    host.on_loop([](runtime::Loop& loop) { loop.skip_ahead(25'100ms); });
    host.on_loop([](runtime::Loop&) {});  // by now the ping has been sent
    host.on_loop([&](runtime::Loop& loop) {
        client.start_get(target);  // read in the very turn in which the time is over, before the timers
        loop.skip_ahead(20'000ms);
    });
    EXPECT_EQ(client.receive().body, R"({"code":1,"message":"Session ID unknown"})");
    EXPECT_EQ(host.next_close(), "ping timeout");
}

TEST(PollingTransport, ASlowReaderIsCut) {
    Options options;
    options.max_queue_bytes = 1000;
    Host host(options);
    Client client = host.client();
    const std::string target = host.open_polling(client);
    client.post(target, "4" + std::string(2000, 'x'));
    EXPECT_EQ(host.next_close(), "transport error");
}

TEST(PollingTransport, JsonpAnswersWithAScript) {
    Host host;
    Client client = host.client();
    const std::string target = host.open_polling(client) + "&j=3";
    EXPECT_EQ(client.post(target, "d=4hi", "application/x-www-form-urlencoded").body, "ok");
    EXPECT_EQ(client.get(target).body, "___eio[3](\"4hi\");");
}

TEST(PollingTransport, MultiLoopRequestsReachTheLoopOfTheSession) {
    Host host({}, 4);
    for (int i = 0; i < 20; ++i) {
        Client opener = host.client();
        const std::string target = host.open_polling(opener);
        Client poster = host.client();
        Client poller = host.client();
        EXPECT_EQ(poster.post(target, "4over").body, "ok");
        EXPECT_EQ(poller.get(target).body, "4over");
    }
}

}  // namespace
}  // namespace sio::engineio
