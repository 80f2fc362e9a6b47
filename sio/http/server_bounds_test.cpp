#include <sys/socket.h>

#include "sio/http/testing/server_fixture.hpp"

namespace sio::http {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using runtime::testing::turn_until;

class HttpServerBounds : public ServerTest {};

TEST_F(HttpServerBounds, StopsReadingBehindAWaitingRequest) {
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

TEST_F(HttpServerBounds, TellsOfALostPeerWhileARequestWaits) {
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

TEST_F(HttpServerBounds, TellsOfALostPeerInsideABody) {
    auto peer = connect();
    talk(peer, post("hello").substr(0, 50));
    peer.close();
    turns();
    EXPECT_EQ(handler_.log, "head gone ");
}

TEST_F(HttpServerBounds, RefusesLargeBodiesFromTheHead) {
    handler_.max_body = 4;
    auto peer = connect();
    const auto answer = talk(peer, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(status_of(answer), 413);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(handler_.log, "head large ");
    auto other = connect();
    EXPECT_EQ(status_of(talk(other, post("1234"))), 200) << "exactly the limit";
}

TEST_F(HttpServerBounds, RefusesLargeChunkedBodiesAsSoonAsTheyAre) {
    handler_.max_body = 4;
    auto peer = connect();
    const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(talk(peer, head + "4\r\n1234\r\n"), "");
    EXPECT_EQ(status_of(talk(peer, "1\r\n")), 413);
    EXPECT_EQ(handler_.log, "head large ");
}

TEST_F(HttpServerBounds, LetsThePeerReadARefusalBeforeItCloses) {
    auto peer = connect();
    peer.send("GET / HTTP/3.0\r\nHost: x\r\n\r\n" + std::string(100'000, 'x'));
    turns(8);
    EXPECT_EQ(status_of(peer.receive()), 505);
    EXPECT_TRUE(peer.ended());
    peer.close();
    turns();
}

TEST_F(HttpServerBounds, RefusesExpectedBodiesWithoutContinue) {
    handler_.head = [](Exchange& exchange) { exchange.respond(Response::text(403, "no")); };
    auto peer = connect();
    const auto answer = talk(peer, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(status_of(answer), 403);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerBounds, DropsTheBodyOfARequestAnsweredInItsHead) {
    handler_.head = [](Exchange& exchange) {
        if (exchange.request().method == Method::Post) exchange.respond(Response::text(400, "no"));
    };
    auto peer = connect();
    EXPECT_EQ(status_of(talk(peer, post("hello").substr(0, 50))), 400);
    const auto answer = talk(peer, post("hello").substr(50) + get("/next"));
    EXPECT_TRUE(answer.ends_with("</next>")) << answer;
    EXPECT_EQ(handler_.log, "head head request: ");
}

TEST_F(HttpServerBounds, ClosesRatherThanDropALargeBody) {
    handler_.head = [](Exchange& exchange) { exchange.respond(Response::text(400, "no")); };
    auto peer = connect();
    const auto answer = talk(peer, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n");
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(HttpServerBounds, TimesOutTricklingHeads) {
    auto peer = connect();
    talk(peer, "GET / HT");
    pass(9s);
    talk(peer, "TP/1.1\r\n");
    EXPECT_FALSE(peer.ended());
    pass(2s);
    EXPECT_EQ(status_of(peer.receive()), 408);
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(HttpServerBounds, EmptyLinesDoNotHoldAConnectionOpen) {
    auto peer = connect();
    talk(peer, "\r\n\r\n");
    pass(11s);
    EXPECT_EQ(status_of(peer.receive()), 408);
}

TEST_F(HttpServerBounds, TimesOutSlowBodies) {
    auto peer = connect();
    talk(peer, post("hello").substr(0, 50));
    pass(31s);
    EXPECT_EQ(status_of(peer.receive()), 408);
    EXPECT_EQ(handler_.log, "head slow ");
}

TEST_F(HttpServerBounds, ClosesIdleConnections) {
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

TEST_F(HttpServerBounds, LetsAWaitingRequestWait) {
    handler_.request = [](Exchange&) {};
    auto peer = connect();
    talk(peer, get("/"));
    pass(10min);
    EXPECT_EQ(peer.receive(), "");
    EXPECT_FALSE(peer.ended());
}

TEST_F(HttpServerBounds, DoesNotServeAPeerThatReadsNothing) {
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

TEST_F(HttpServerBounds, CutsAPeerThatNeverReads) {
    handler_.request = [](Exchange& exchange) { exchange.respond(Response::text(200, std::string(5'000'000, 'x'))); };
    auto peer = connect();
    peer.send(get("/"));
    turns();
    pass(66s);
    pass(66s);
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(HttpServerBounds, DrainsIdleConnectionsAndClosesBusyOnes) {
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

TEST_F(HttpServerBounds, DestructionWithRequestsUnderWayIsQuiet) {
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
