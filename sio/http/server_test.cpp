#include "sio/http/server.hpp"

#include <thread>

#include "sio/http/testing/server_fixture.hpp"

namespace sio::http {
namespace {

using namespace testing;

class HttpServer : public ServerTest {};

TEST_F(HttpServer, AnswersOverAndOver) {
    auto peer = connect();
    for (int i = 0; i < 3; ++i) {
        const auto answer = talk(peer, get("/a?" + std::to_string(i)));
        EXPECT_EQ(status_of(answer), 200);
        EXPECT_TRUE(answer.ends_with("</a?" + std::to_string(i) + ">")) << answer;
    }
    EXPECT_EQ(handler_.log, "head request: head request: head request: ");
}

TEST_F(HttpServer, CountsAnswersByTheHundredsOfTheirStatus) {
    handler_.request = [](Exchange& exchange) { exchange.respond(Response::text(exchange.request().path == "/gone" ? 404 : 204, "")); };
    auto peer = connect();
    talk(peer, get("/there"));
    talk(peer, get("/gone"));
    auto stranger = connect();
    talk(stranger, "NONSENSE\r\n\r\n");
    auto loud = connect();
    talk(loud, post(std::string(500, 'x')));
    EXPECT_EQ(server_->answers(loop_), (Server::Answers{0, 1, 0, 3, 0})) << "also what no handler was asked for";
}

TEST_F(HttpServer, TakesARequestCutAtEveryByte) {
    const auto bytes = post("hello");
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        auto peer = connect();
        EXPECT_EQ(talk(peer, bytes.substr(0, cut)), "");
        handler_.log.clear();
        EXPECT_EQ(status_of(talk(peer, bytes.substr(cut))), 200) << cut;
        EXPECT_TRUE(handler_.log.ends_with("request:hello "));
    }
}

TEST_F(HttpServer, ServesPipelinedRequestsInOrder) {
    auto peer = connect();
    const auto answers = talk(peer, get("/1") + post("body") + "\r\n" + get("/3"));
    EXPECT_EQ(count(answers, "HTTP/1.1 200"), 3u);
    EXPECT_LT(answers.find("</1>"), answers.find("</p>"));
    EXPECT_LT(answers.find("</p>"), answers.find("</3>"));
}

TEST_F(HttpServer, KeepsLaterRequestsWaitingForALateAnswer) {
    ExchangeId first;
    handler_.request = [&](Exchange& exchange) {
        if (exchange.request().target == "/late") {
            first = exchange.id();
        } else {
            exchange.respond(Response::text(200, "second"));
        }
    };
    auto peer = connect();
    EXPECT_EQ(talk(peer, get("/late") + get("/next")), "");
    EXPECT_EQ(handler_.log, "head request: ");
    server_->respond(first, Response::text(200, "first"));
    turns(4);
    const auto answers = peer.receive();
    EXPECT_LT(answers.find("first"), answers.find("second"));
    EXPECT_EQ(count(answers, "HTTP/1.1 200"), 2u);
    // The name is used up.
    server_->respond(first, Response::text(200, "again"));
    turns(4);
    EXPECT_EQ(peer.receive(), "");
}

TEST_F(HttpServer, AnswersFromOtherThreads) {
    ExchangeId id;
    handler_.request = [&](Exchange& exchange) { id = exchange.id(); };
    auto peer = connect();
    talk(peer, get("/"));
    std::thread([&] { server_->respond(id, Response::text(200, "from afar")); }).join();
    turns();
    EXPECT_TRUE(peer.receive().ends_with("from afar"));
}

TEST_F(HttpServer, AnswersUnknownRoutesWith404) {
    Router router;
    router.add("/known/", handler_);
    Server server(router, {});
    auto [peer, stream] = runtime::testing::connect_pair(loop_);
    server.serve(std::move(stream));
    const auto answer = talk(peer, post("dropped").replace(5, 2, "/other") + get("/known/x"));
    EXPECT_EQ(status_of(answer), 404);
    EXPECT_NE(answer.find("application/json"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("</known/x>")) << "the connection lives on";
}

TEST(Router, LongestPrefixWins) {
    Recorder all;
    Recorder some;
    Router router;
    EXPECT_EQ(router.find("/"), nullptr);
    router.add("/", all);
    router.add("/a/", some);
    EXPECT_EQ(router.find("/a/b"), &some);
    EXPECT_EQ(router.find("/a"), &all);
    EXPECT_EQ(router.find("*"), nullptr);
}

TEST_F(HttpServer, ClosesWhenAsked) {
    auto peer = connect();
    EXPECT_NE(talk(peer, get("/", "Connection: close\r\n")).find("Connection: close"), std::string::npos);
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(HttpServer, ClosesAfterHttp10UnlessAskedOtherwise) {
    auto peer = connect();
    const auto kept = talk(peer, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(kept.find("Connection: keep-alive"), std::string::npos);
    talk(peer, "GET / HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(HttpServer, AnswersHeadWithoutBody) {
    auto peer = connect();
    const auto answer = talk(peer, "HEAD /abc HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(answer.find("Content-Length: 6\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServer, SaysContinueWhenExpected) {
    auto peer = connect();
    const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    EXPECT_EQ(talk(peer, head), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(status_of(talk(peer, "hi")), 200);
    EXPECT_EQ(status_of(talk(peer, head + "hi")), 200) << "the body is there already";
}

TEST_F(HttpServer, AbortsWithoutAnswer) {
    handler_.head = [](Exchange& exchange) { exchange.abort(); };
    auto peer = connect();
    EXPECT_EQ(talk(peer, get("/")), "");
    EXPECT_TRUE(peer.wait_for_end());
    EXPECT_EQ(handler_.log, "head ");

    handler_.head = nullptr;
    Exchange* waiting = nullptr;
    handler_.request = [&](Exchange& exchange) { waiting = &exchange; };
    peer = connect();
    talk(peer, get("/"));
    waiting->abort();
    turns();
    EXPECT_TRUE(peer.wait_for_end());
}

class Echo final : public runtime::StreamHandler {
public:
    explicit Echo(std::unique_ptr<runtime::Stream> stream) : stream_(std::move(stream)) {
        stream_->set_handler(this);
        stream_->start();
    }
    std::size_t on_data(char* data, std::size_t size) override {
        stream_->send("<" + std::string(data, size) + ">");
        return size;
    }
    void on_closed(runtime::CloseCause) override {}

private:
    std::unique_ptr<runtime::Stream> stream_;
};

constexpr std::string_view kUpgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";

TEST_F(HttpServer, GivesTheStreamAwayWithTheBytesBehindTheRequest) {
    std::unique_ptr<Echo> echo;
    handler_.upgrade = [&](Exchange& exchange) { echo = std::make_unique<Echo>(exchange.take_stream()); };
    auto peer = connect();
    EXPECT_EQ(talk(peer, get("/", kUpgrade) + "early"), "<early>");
    EXPECT_EQ(talk(peer, "more"), "<more>");
    EXPECT_EQ(handler_.log, "head upgrade ");
}

TEST_F(HttpServer, SurvivesAStreamDestroyedInTheUpgrade) {
    handler_.upgrade = [](Exchange& exchange) { exchange.take_stream().reset(); };
    auto peer = connect();
    EXPECT_EQ(talk(peer, get("/", kUpgrade) + "early"), "");
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(HttpServer, AnswersUpgradesAsHttp) {
    handler_.upgrade = [](Exchange& exchange) { exchange.respond(Response::text(400, "no")); };
    auto peer = connect();
    EXPECT_EQ(status_of(talk(peer, get("/", kUpgrade))), 400);
}

TEST_F(HttpServer, MovesARequestToAnotherLoop) {
    runtime::Loop other(1);
    handler_.head = [&](Exchange& exchange) {
        if (exchange.request().target == "/move" && &exchange.loop() == &loop_) exchange.move_to(other);
    };
    handler_.request = [&](Exchange& exchange) {
        exchange.respond(Response::text(200, &exchange.loop() == &other ? "that loop" : "this loop"));
    };
    auto peer = connect();
    peer.send(get("/stay") + post("x").replace(5, 2, "/move").substr(0, 40));
    turns();
    peer.send(post("x").replace(5, 2, "/move").substr(40) + get("/stay"));
    turns();
    for (int i = 0; i < 4; ++i) other.turn();
    const auto answers = peer.receive();
    EXPECT_EQ(count(answers, "HTTP/1.1 200"), 3u) << answers;
    EXPECT_EQ(count(answers, "this loop"), 1u);
    EXPECT_EQ(count(answers, "that loop"), 2u);
    EXPECT_EQ(handler_.log, "head request: head head request:x head request: ");
    server_.reset();
}

TEST_F(HttpServer, GivesPeerAddressAndPadding) {
    std::string seen;
    handler_.request = [&](Exchange& exchange) {
        const auto& request = exchange.request();
        seen = request.peer_address;
        for (int i = 0; i < 64; ++i)
            seen.push_back(request.body.data()[request.body.size() + static_cast<std::size_t>(i)] == '\0' ? '.' : '?');
        exchange.respond({});
    };
    auto peer = connect();
    talk(peer, post("abc"));
    EXPECT_EQ(seen, "192.0.2.7" + std::string(64, '.'));
}

}  // namespace
}  // namespace sio::http
