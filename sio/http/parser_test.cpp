#include "sio/http/parser.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sio/http/testing/feed.hpp"

namespace sio::http {
namespace {

using testing::feed;
using testing::feed_whole;
using testing::Outcome;

std::string get(std::string_view headers) { return "GET /a HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n"; }
std::string chunked(std::string_view body) {
    return "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(body);
}

/// The outcome must not depend on where the bytes were cut: whole, byte by byte, and cut once at every place.
Outcome cut_everywhere(std::string_view bytes, const Limits& limits = {}, std::size_t max_body = 1000) {
    const Outcome whole = feed_whole(bytes, limits, max_body);
    EXPECT_EQ(feed(bytes, limits, max_body, [] { return 1; }), whole) << bytes;
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        EXPECT_EQ(feed(bytes, limits, max_body, [cut] { return cut; }), whole) << cut << " of " << bytes;
    }
    return whole;
}

TEST(RequestParser, ReadsAPollingPost) {
    const auto outcome = cut_everywhere(
        "POST /socket.io/?EIO=4&sid=x HTTP/1.1\r\nHost: a.b:80\r\nContent-Length: 4\r\nX-Empty:\r\nX-Pad: \t v w \r\n\r\n4abcGET");
    EXPECT_TRUE(outcome.complete);
    EXPECT_EQ(outcome.method, Method::Post);
    EXPECT_EQ(outcome.target, "/socket.io/?EIO=4&sid=x");
    EXPECT_EQ(outcome.headers, "Host=a.b:80;Content-Length=4;X-Empty=;X-Pad=v w;");
    EXPECT_EQ(outcome.body, "4abc");
    EXPECT_TRUE(outcome.keep_alive);
}

TEST(RequestParser, JoinsChunks) {
    const auto outcome = cut_everywhere(chunked("3\r\nabc\r\n00A;x=\"y;\";z\r\n0123456789\r\n0\r\nTrailer: 1\r\nOther: 2\r\n\r\nnext"));
    EXPECT_TRUE(outcome.complete);
    EXPECT_EQ(outcome.body, "abc0123456789");
    EXPECT_EQ(outcome.headers, "Host=x;Transfer-Encoding=chunked;") << "trailers are dropped";
}

TEST(RequestParser, TakesEmptyChunkedBody) {
    const auto outcome = cut_everywhere(chunked("0\r\n\r\nX"));
    EXPECT_TRUE(outcome.complete);
    EXPECT_EQ(outcome.body, "");
}

TEST(RequestParser, SplitsAbsoluteTargets) {
    const std::string head = "GET http://host:1/p?q=1 HTTP/1.1\r\nHost: host\r\n\r\n";
    RequestParser parser;
    Request request;
    HeadFacts facts;
    ASSERT_FALSE(parser.parse_head(head, request, facts));
    EXPECT_EQ(request.path, "/p");
    EXPECT_EQ(request.query, "q=1");
    ASSERT_FALSE(parser.parse_head("GET http://host?q HTTP/1.1\r\nHost: host\r\n\r\n", request, facts));
    EXPECT_EQ(request.path, "/");
    EXPECT_EQ(request.query, "q");
}

TEST(RequestParser, KnowsWhenToKeepTheConnection) {
    EXPECT_TRUE(feed_whole(get("")).keep_alive);
    EXPECT_FALSE(feed_whole(get("Connection: close\r\n")).keep_alive);
    EXPECT_FALSE(feed_whole("GET / HTTP/1.0\r\n\r\n").keep_alive);
    EXPECT_TRUE(feed_whole("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
}

TEST(RequestParser, SeesWebsocketUpgrades) {
    EXPECT_TRUE(feed_whole(get("Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n")).upgrade);
    EXPECT_FALSE(feed_whole(get("Upgrade: websocket\r\n")).upgrade);
    EXPECT_FALSE(feed_whole(get("Connection: Upgrade\r\nUpgrade: h2c\r\n")).upgrade);
    EXPECT_FALSE(feed_whole("GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").upgrade);
}

struct Refused {
    std::string bytes;
    int status;
};

class RequestParserRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(RequestParserRefuses, WhateverTheCuts) {
    const auto outcome = cut_everywhere(GetParam().bytes);
    EXPECT_EQ(outcome.status, GetParam().status) << GetParam().bytes;
    EXPECT_FALSE(outcome.complete);
}

INSTANTIATE_TEST_SUITE_P(Heads, RequestParserRefuses,
                         ::testing::Values(Refused{"GET / HTTP/1.1\r\n\r\n", 400},                                       // no Host
                                           Refused{get("Host: x\r\n"), 400},                                             // two
                                           Refused{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},                          //
                                           Refused{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},                          //
                                           Refused{get("Content-Length: 1\r\nContent-Length: 1\r\n") + "x", 400},        //
                                           Refused{get("Content-Length: 1, 1\r\n") + "x", 400},                          //
                                           Refused{get("Content-Length: +1\r\n") + "x", 400},                            //
                                           Refused{get("Content-Length: 0x1\r\n") + "x", 400},                           //
                                           Refused{get("Content-Length: -1\r\n"), 400},                                  //
                                           Refused{get("Content-Length:\r\n"), 400},                                     //
                                           Refused{get("Content-Length: 99999999999999999999\r\n"), 400},                //
                                           Refused{get("Content-Length: 18446744073709551615\r\n"), 413},                //
                                           Refused{get("Content-Length: 1001\r\n"), 413},                                //
                                           Refused{get("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"), 400},     //
                                           Refused{get("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"), 400},     //
                                           Refused{get("Transfer-Encoding: gzip, chunked\r\n"), 400},                    //
                                           Refused{get("Transfer-Encoding: xchunked\r\n"), 400},                         //
                                           Refused{get("Transfer-Encoding: identity\r\n"), 400},                         //
                                           Refused{get("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"), 400},  //
                                           Refused{get("Transfer-Encoding:\x0b"
                                                       "chunked\r\n"),
                                                   400},  //
                                           Refused{"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400}));

INSTANTIATE_TEST_SUITE_P(Lines, RequestParserRefuses,
                         ::testing::Values(Refused{get("A: b\r\n c\r\n"), 400},                        // obs-fold
                                           Refused{"GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400},         //
                                           Refused{get("A : b\r\n"), 400},                             //
                                           Refused{get("A b\r\n"), 400},                               //
                                           Refused{get(": b\r\n"), 400},                               //
                                           Refused{get(std::string("A: b\0c\r\n", 8)), 400},           //
                                           Refused{get("A: b\x7f\r\n"), 400},                          //
                                           Refused{get("A: b\rc\r\n"), 400},                           //
                                           Refused{get("A: b\n"), 400},                                //
                                           Refused{"GET / HTTP/1.1\nHost: x\n\n", 400},                //
                                           Refused{"\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},        //
                                           Refused{"\x16\x03\x01\x02", 400},                           // a TLS hello
                                           Refused{" GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},         //
                                           Refused{"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},         //
                                           Refused{"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},       //
                                           Refused{"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400},  //
                                           Refused{"GET /#x HTTP/1.1\r\nHost: x\r\n\r\n", 400},        //
                                           Refused{"GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400},          //
                                           Refused{"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},          //
                                           Refused{"GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},   //
                                           Refused{"GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n", 400},  //
                                           Refused{"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 400},    //
                                           Refused{"G=T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},          //
                                           Refused{"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},          //
                                           Refused{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},           //
                                           Refused{"GET / HTTP/0.9\r\nHost: x\r\n\r\n", 505},          //
                                           Refused{"GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},          //
                                           Refused{"GET / http/1.1\r\nHost: x\r\n\r\n", 400},          //
                                           Refused{"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400},         //
                                           Refused{"GET /\r\n\r\n", 400},                              //
                                           Refused{get("Expect: tea\r\n"), 417}));

INSTANTIATE_TEST_SUITE_P(Chunks, RequestParserRefuses,
                         ::testing::Values(Refused{chunked("x\r\n\r\n\r\n"), 400},                        //
                                           Refused{chunked("0x1\r\na\r\n0\r\n\r\n"), 400},                //
                                           Refused{chunked("-1\r\na\r\n0\r\n\r\n"), 400},                 //
                                           Refused{chunked(" 1\r\na\r\n0\r\n\r\n"), 400},                 //
                                           Refused{chunked("1 \r\na\r\n0\r\n\r\n"), 400},                 //
                                           Refused{chunked("1\r\nab\r\n0\r\n\r\n"), 400},                 // longer than said
                                           Refused{chunked("1;=\r\na\r\n0\r\n\r\n"), 400},                //
                                           Refused{chunked("1;a=\"\n\"\r\na\r\n0\r\n\r\n"), 400},         // a line end inside quotes
                                           Refused{chunked("1;a\rb\r\na\r\n0\r\n\r\n"), 400},             //
                                           Refused{chunked("fffffffffffffffff\r\na\r\n0\r\n\r\n"), 400},  // 2^68
                                           Refused{chunked("ffffffffffffffff\r\na"), 413},                //
                                           Refused{chunked("3e9\r\na"), 413},                             // 1001
                                           Refused{chunked("1\r\na\r\n3e8\r\n"), 413},                    //
                                           Refused{chunked("0\r\nA : b\r\n\r\n"), 400},                   //
                                           Refused{chunked("0\r\nA: b\r\n c\r\n\r\n"), 400},              //
                                           Refused{chunked("0\r\nContent-Length: 1\r\n\r\n"), 400},       //
                                           Refused{chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400}));

TEST(RequestParser, AllowsExactlyTheLimit) {
    const auto outcome = cut_everywhere(get("Content-Length: 10\r\n") + "0123456789", {}, 10);
    EXPECT_EQ(outcome.body, "0123456789");
    EXPECT_EQ(cut_everywhere(chunked("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), {}, 10).body, "0123456789");
    EXPECT_EQ(cut_everywhere(chunked("5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n"), {}, 10).status, 413);
}

TEST(RequestParser, BoundsLinesAndHeaders) {
    Limits limits;
    limits.max_line_bytes = 32;
    limits.max_header_bytes = 64;
    limits.max_headers = 3;
    const auto line = [](std::size_t size) { return "GET /" + std::string(size - 14, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"; };
    EXPECT_TRUE(cut_everywhere(line(32), limits).complete);
    EXPECT_EQ(cut_everywhere(line(33), limits).status, 414);
    EXPECT_EQ(cut_everywhere(std::string(100, 'a'), limits).status, 414);

    const auto headers = [](std::size_t size) { return "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(size - 16, 'b') + "\r\n\r\n"; };
    EXPECT_TRUE(cut_everywhere(headers(64), limits).complete);
    EXPECT_EQ(cut_everywhere(headers(65), limits).status, 431);
    EXPECT_TRUE(cut_everywhere(get("A:\r\nB:\r\n"), limits).complete);
    EXPECT_EQ(cut_everywhere(get("A:\r\nB:\r\nC:\r\n"), limits).status, 431);
}

TEST(RequestParser, BoundsChunkOverhead) {
    Limits limits;
    limits.max_header_bytes = 96;
    limits.max_headers = 3;
    EXPECT_EQ(cut_everywhere(chunked("1;" + std::string(200, 'a') + "\r\nb\r\n0\r\n\r\n"), limits).status, 431);
    EXPECT_EQ(cut_everywhere(chunked("0\r\nA: " + std::string(200, 'a') + "\r\n\r\n"), limits).status, 431);
    EXPECT_EQ(cut_everywhere(chunked("0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n"), limits).status, 431);
    std::string many;
    for (int i = 0; i < 20; ++i) many += "1;abcdefghij\r\nb\r\n";
    EXPECT_EQ(cut_everywhere(chunked(many + "0\r\n\r\n"), limits).status, 400) << "many small extensions add up";
}

RC_GTEST_PROP(RequestParser, DoesNotDependOnCuts, ()) {
    const auto body = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const auto cuts = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(1, 40));
    std::string bytes = chunked("");
    std::string rest = body;
    while (!rest.empty()) {
        const auto size = std::min(rest.size(), *rc::gen::inRange<std::size_t>(1, 15));
        bytes += "0" + std::string(1, "0123456789abcdef"[size]) + "\r\n" + rest.substr(0, size) + "\r\n";
        rest.erase(0, size);
    }
    bytes += "0\r\n\r\n";
    // Sometimes a byte of it is broken; the verdict must still be one.
    if (*rc::gen::arbitrary<bool>()) bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    std::size_t turn = 0;
    const auto cut = feed(bytes, {}, 1000, [&] { return cuts.empty() ? 7 : cuts[turn++ % cuts.size()]; });
    RC_ASSERT(cut == feed_whole(bytes));
}

}  // namespace
}  // namespace sio::http
