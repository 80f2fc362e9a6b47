#include "sio/http/server.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "sio/runtime/testing/peer.hpp"

namespace sio::http {
namespace {

using namespace std::chrono_literals;
using runtime::testing::Peer;
using runtime::testing::turn_until;

/// Keeps a log of calls; what it does is set by each test.
class Recorder final : public Handler {
public:
    Head on_head(Exchange& exchange) override {
        log += "head ";
        if (head) head(exchange);
        return {max_body};
    }
    void on_request(Exchange& exchange) override {
        log += "request:" + std::string(exchange.request().body) + " ";
        if (request) {
            request(exchange);
        } else {
            exchange.respond(Response::text(200, "<" + std::string(exchange.request().target) + ">"));
        }
    }
    void on_upgrade(Exchange& exchange) override {
        log += "upgrade ";
        if (upgrade) upgrade(exchange);
    }
    void on_aborted(Exchange& exchange, Abort why) override {
        static constexpr std::array<std::string_view, 3> kNames = {"gone ", "large ", "slow "};
        log.append(kNames[static_cast<std::size_t>(why)]);
        if (aborted) aborted(exchange);
    }

    std::function<void(Exchange&)> head;
    std::function<void(Exchange&)> request;
    std::function<void(Exchange&)> upgrade;
    std::function<void(Exchange&)> aborted;
    std::string log;
    std::size_t max_body = 100;
};

class HttpServer : public ::testing::Test {
protected:
    HttpServer() { router_.add("/", handler_); }

    Peer connect() {
        auto [peer, stream] = runtime::testing::connect_pair(loop_);
        server_->serve(std::move(stream));
        return std::move(peer);
    }
    void turns(int count = 3) {
        for (int i = 0; i < count; ++i) loop_.turn();
    }
    /// Sends, and gives what has come back when nothing more comes.
    std::string talk(Peer& peer, std::string_view bytes) {
        peer.send(bytes);
        turns(4);
        return peer.receive();
    }
    void pass(std::chrono::milliseconds time) {
        loop_.skip_ahead(time);
        turns();
    }
    void restart(Limits limits) {
        server_.reset();
        server_ = std::make_unique<Server>(router_, limits);
    }

    runtime::Loop loop_;
    Recorder handler_;
    Router router_;
    std::unique_ptr<Server> server_ = std::make_unique<Server>(router_, Limits{});
};

std::string get(std::string_view target, std::string_view headers = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n";
}
std::string post(std::string_view body, std::string_view headers = {}) {
    return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(headers) + "\r\n" +
           std::string(body);
}
int status_of(std::string_view answer) { return answer.size() < 12 ? 0 : std::stoi(std::string(answer.substr(9, 3))); }
std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST_F(HttpServer, AnswersOverAndOver) {
    auto peer = connect();
    for (int i = 0; i < 3; ++i) {
        const auto answer = talk(peer, get("/a?" + std::to_string(i)));
        EXPECT_EQ(status_of(answer), 200);
        EXPECT_TRUE(answer.ends_with("</a?" + std::to_string(i) + ">")) << answer;
    }
    EXPECT_EQ(handler_.log, "head request: head request: head request: ");
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

TEST_F(HttpServer, StopsReadingBehindAWaitingRequest) {
    handler_.request = [](Exchange&) {};
    auto peer = connect();
    talk(peer, get("/"));
    runtime::testing::set_send_buffer(peer.fd(), 4096);
    const std::string flood(64 * 1024, 'x');
    std::size_t sent = 0;
    for (int quiet = 0; quiet < 20; ++quiet) {
        const auto size = ::send(peer.fd(), flood.data(), flood.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size > 0) {
            sent += static_cast<std::size_t>(size);
            quiet = 0;
        }
        turns(2);
        ASSERT_LT(sent, 4u << 20);
    }
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

TEST_F(HttpServer, TellsOfALostPeerWhileARequestWaits) {
    ExchangeId id;
    handler_.request = [&](Exchange& exchange) { id = exchange.id(); };
    handler_.aborted = [](Exchange& exchange) { exchange.respond({}); };
    auto peer = connect();
    talk(peer, get("/"));
    peer.close();
    turns();
    EXPECT_EQ(handler_.log, "head request: gone ");
    server_->respond(id, {});
    turns();
}

TEST_F(HttpServer, TellsOfALostPeerInsideABody) {
    auto peer = connect();
    talk(peer, post("hello").substr(0, 50));
    peer.close();
    turns();
    EXPECT_EQ(handler_.log, "head gone ");
}

TEST_F(HttpServer, RefusesLargeBodiesFromTheHead) {
    handler_.max_body = 4;
    auto peer = connect();
    const auto answer = talk(peer, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(status_of(answer), 413);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(handler_.log, "head large ");
    auto other = connect();
    EXPECT_EQ(status_of(talk(other, post("1234"))), 200) << "exactly the limit";
}

TEST_F(HttpServer, RefusesLargeChunkedBodiesAsSoonAsTheyAre) {
    handler_.max_body = 4;
    auto peer = connect();
    const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(talk(peer, head + "4\r\n1234\r\n"), "");
    EXPECT_EQ(status_of(talk(peer, "1\r\n")), 413);
    EXPECT_EQ(handler_.log, "head large ");
}

TEST_F(HttpServer, LetsThePeerReadARefusalBeforeItCloses) {
    auto peer = connect();
    peer.send("GET / HTTP/3.0\r\nHost: x\r\n\r\n" + std::string(100'000, 'x'));
    turns(8);
    EXPECT_EQ(status_of(peer.receive()), 505);
    EXPECT_TRUE(peer.ended());
    peer.close();
    turns();
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

TEST_F(HttpServer, RefusesExpectedBodiesWithoutContinue) {
    handler_.head = [](Exchange& exchange) { exchange.respond(Response::text(403, "no")); };
    auto peer = connect();
    const auto answer = talk(peer, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_of(answer), 403);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServer, DropsTheBodyOfARequestAnsweredInItsHead) {
    handler_.head = [](Exchange& exchange) {
        if (exchange.request().method == Method::Post) exchange.respond(Response::text(400, "no"));
    };
    auto peer = connect();
    EXPECT_EQ(status_of(talk(peer, post("hello").substr(0, 50))), 400);
    const auto answer = talk(peer, post("hello").substr(50) + get("/next"));
    EXPECT_TRUE(answer.ends_with("</next>")) << answer;
    EXPECT_EQ(handler_.log, "head head request: ");
}

TEST_F(HttpServer, ClosesRatherThanDropALargeBody) {
    handler_.head = [](Exchange& exchange) { exchange.respond(Response::text(400, "no")); };
    auto peer = connect();
    const auto answer = talk(peer, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(peer.wait_for_end());
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

TEST_F(HttpServer, TimesOutTricklingHeads) {
    auto peer = connect();
    talk(peer, "GET / HT");
    pass(9s);
    talk(peer, "TP/1.1\r\n");
    EXPECT_FALSE(peer.ended());
    pass(2s);
    EXPECT_EQ(status_of(peer.receive()), 408);
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(HttpServer, EmptyLinesDoNotHoldAConnectionOpen) {
    auto peer = connect();
    talk(peer, "\r\n\r\n");
    pass(11s);
    EXPECT_EQ(status_of(peer.receive()), 408);
}

TEST_F(HttpServer, TimesOutSlowBodies) {
    auto peer = connect();
    talk(peer, post("hello").substr(0, 50));
    pass(31s);
    EXPECT_EQ(status_of(peer.receive()), 408);
    EXPECT_EQ(handler_.log, "head slow ");
}

TEST_F(HttpServer, ClosesIdleConnections) {
    auto silent = connect();
    auto used = connect();
    turns();
    pass(60s);
    talk(used, get("/"));
    pass(6s);
    EXPECT_TRUE(silent.wait_for_end());
    used.receive();
    EXPECT_FALSE(used.ended());
    pass(66s);
    EXPECT_TRUE(used.wait_for_end());
}

TEST_F(HttpServer, LetsAWaitingRequestWait) {
    handler_.request = [](Exchange&) {};
    auto peer = connect();
    talk(peer, get("/"));
    pass(10min);
    EXPECT_EQ(peer.receive(), "");
    EXPECT_FALSE(peer.ended());
}

TEST_F(HttpServer, DoesNotServeAPeerThatReadsNothing) {
    int served = 0;
    handler_.request = [&](Exchange& exchange) {
        ++served;
        exchange.respond(Response::text(200, std::string(100'000, 'x')));
    };
    auto peer = connect();
    std::string many;
    for (int i = 0; i < 300; ++i) many += get("/");
    peer.send(many);
    turns(50);
    loop_.skip_ahead(10ms);
    turns(50);
    EXPECT_LT(served, 20);
    // It reads after all, and gets every answer.
    std::size_t received = 0;
    EXPECT_TRUE(turn_until(loop_, [&] {
        received += peer.receive().size();
        loop_.skip_ahead(1ms);
        return received > 300u * 100'000;
    }));
    EXPECT_EQ(served, 300);
}

TEST_F(HttpServer, CutsAPeerThatNeverReads) {
    handler_.request = [](Exchange& exchange) { exchange.respond(Response::text(200, std::string(5'000'000, 'x'))); };
    auto peer = connect();
    peer.send(get("/"));
    turns();
    pass(66s);
    pass(66s);
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

TEST_F(HttpServer, DrainsIdleConnectionsAndClosesBusyOnes) {
    ExchangeId id;
    handler_.request = [&](Exchange& exchange) { id = exchange.id(); };
    auto idle = connect();
    auto busy = connect();
    turns();
    talk(busy, get("/"));
    server_->drain(loop_);
    turns();
    EXPECT_TRUE(idle.wait_for_end());
    server_->respond(id, {});
    turns(4);
    EXPECT_NE(busy.receive().find("Connection: close"), std::string::npos);
    EXPECT_TRUE(busy.wait_for_end());
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

TEST_F(HttpServer, DestructionWithRequestsUnderWayIsQuiet) {
    handler_.request = [](Exchange&) {};
    auto waiting = connect();
    auto partial = connect();
    talk(waiting, get("/"));
    talk(partial, "GET /");
    server_.reset();
    EXPECT_TRUE(waiting.wait_for_end());
    EXPECT_TRUE(partial.wait_for_end());
    turns();
}

}  // namespace
}  // namespace sio::http
