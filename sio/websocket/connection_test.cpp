#include "sio/websocket/connection.hpp"

#include "sio/websocket/testing/fixture.hpp"

namespace sio::websocket {
namespace {

using namespace std::chrono_literals;
using testing::binary;
using testing::frame;
using testing::ping;
using testing::text;

class WebsocketConnection : public testing::ConnectionTest {};

static_assert(sizeof(Connection) <= 120, "an idle connection is small");

TEST_F(WebsocketConnection, DeliversMessages) {
    open();
    EXPECT_EQ(talk(text("hello") + binary(std::string("\0\xff", 2)) + text("")), "");
    EXPECT_EQ(log, std::string("t:hello b:\0\xff t: ", 16));
}

TEST_F(WebsocketConnection, DeliversEveryLengthForm) {
    open();
    for (const std::size_t size : {125u, 126u, 65535u, 65536u, 200'000u}) {
        const std::string payload(size, 'x');
        log.clear();
        talk(text(payload));
        turns(20);
        EXPECT_EQ(log, "t:" + payload + " ") << size;
    }
}

TEST_F(WebsocketConnection, SendsEveryLengthForm) {
    open();
    for (const std::size_t size : {0u, 125u, 126u, 65535u, 65536u}) {
        const std::string payload(size, 'x');
        connection->send(MessageType::Text, payload, true);
        connection->send(encode(MessageType::Binary, payload));
        std::string got;
        ASSERT_TRUE(runtime::testing::turn_until(loop, [&] { return (got += peer.receive()).size() >= 2 * size + 4; }));
        EXPECT_EQ(testing::describe(got), "81:" + payload + " 82:" + payload);
    }
}

TEST_F(WebsocketConnection, DoesNotDependOnCuts) {
    const std::string bytes = text("one") + frame(0x01, "t\xc3") + ping("p") + frame(0x00, "") + frame(0x80, "\xa4wo") +
                              binary(std::string(130, 'b'));
    open();
    EXPECT_EQ(talk(bytes), "8a:p");
    const auto whole = log;
    EXPECT_EQ(whole, "t:one t:t\xc3\xa4wo b:" + std::string(130, 'b') + " ");
    open();
    EXPECT_EQ(trickle(bytes), "8a:p");
    EXPECT_EQ(log, whole);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
        open();
        talk(bytes.substr(0, cut));
        talk(bytes.substr(cut));
        EXPECT_EQ(log, whole) << cut;
    }
}

TEST_F(WebsocketConnection, AnswersPings) {
    open();
    EXPECT_EQ(talk(ping("a") + ping() + ping(std::string(125, 'x'))), "8a:a 8a: 8a:" + std::string(125, 'x'));
    EXPECT_EQ(talk(frame(0x8a, "unasked")), "") << "pongs are ignored";
    EXPECT_EQ(log, "");
}

TEST_F(WebsocketConnection, AnswersAPingBeforeALaterMessage) {
    open();
    message = [this](std::string_view payload) { connection->send(MessageType::Text, payload, false); };
    EXPECT_EQ(talk(frame(0x01, "a") + ping("p") + frame(0x80, "b")), "8a:p 81:ab");
}

struct Violation {
    std::string_view what;
    std::string bytes;
    int code;
};

class WebsocketViolation : public testing::ConnectionTest, public ::testing::WithParamInterface<Violation> {};

TEST_P(WebsocketViolation, IsAnsweredWithItsCode) {
    Options options;
    options.max_message_bytes = 1000;
    options.max_fragments = 4;
    for (const bool cut : {false, true}) {
        open(options);
        const auto bytes = text("before") + GetParam().bytes;
        const auto answer = cut ? trickle(bytes) : talk(bytes + text("after"));
        EXPECT_EQ(answer, "88:" + std::to_string(GetParam().code)) << GetParam().what;
        EXPECT_TRUE(peer.ended()) << "the server closes TCP first";
        hang_up();
        EXPECT_EQ(log, "t:before closed:" + std::to_string(GetParam().code) + " ") << GetParam().what;
    }
}

std::string unmasked(unsigned first, unsigned second) { return {static_cast<char>(first), static_cast<char>(second)}; }
std::string length_only(std::uint64_t length) {
    std::string out = frame(0x82, "", 8);
    for (unsigned i = 0; i < 8; ++i) out[2 + i] = static_cast<char>(length >> (56 - 8 * i) & 0xff);
    return out;
}

INSTANTIATE_TEST_SUITE_P(Of, WebsocketViolation,
                         ::testing::Values(Violation{"RSV1", frame(0xc1, "x"), 1002}, Violation{"RSV2", frame(0xa1, "x"), 1002},
                                           Violation{"RSV3", frame(0x91, "x"), 1002}, Violation{"RSV on ping", frame(0xc9, ""), 1002},
                                           Violation{"opcode 3", frame(0x83, ""), 1002}, Violation{"opcode b", frame(0x8b, ""), 1002},
                                           Violation{"no mask", unmasked(0x81, 0), 1002},
                                           Violation{"no mask on ping", unmasked(0x89, 0), 1002},
                                           Violation{"continuation of nothing", frame(0x80, "x"), 1002},
                                           Violation{"message inside a message", frame(0x01, "a") + frame(0x81, "b"), 1002},
                                           Violation{"fragmented ping", frame(0x09, ""), 1002},
                                           Violation{"long ping", frame(0x89, std::string(126, 'x')), 1002},
                                           Violation{"length 5 in 2 bytes", frame(0x81, "hello", 2), 1002},
                                           Violation{"length 5 in 8 bytes", frame(0x81, "hello", 8), 1002},
                                           Violation{"length 300 in 8 bytes", frame(0x82, std::string(300, 'x'), 8), 1002},
                                           Violation{"63-bit length", length_only(~std::uint64_t{0}), 1002},
                                           Violation{"largest length", length_only(~std::uint64_t{0} >> 1), 1009}));

INSTANTIATE_TEST_SUITE_P(
    Size, WebsocketViolation,
    ::testing::Values(Violation{"one too many", frame(0x82, std::string(1001, 'x')).substr(0, 4), 1009},
                      Violation{"sum of fragments", frame(0x02, std::string(600, 'x')) + frame(0x80, std::string(401, 'x')).substr(0, 4),
                                1009},
                      Violation{"fragments", frame(0x02, "") + frame(0, "") + frame(0, "") + frame(0, "") + frame(0, ""), 1008}));

INSTANTIATE_TEST_SUITE_P(Text, WebsocketViolation,
                         ::testing::Values(Violation{"bad byte", text("a\xff"), 1007}, Violation{"cut code point", text("a\xc3"), 1007},
                                           Violation{"surrogate", text("\xed\xa0\x80"), 1007},
                                           Violation{"overlong", text("\xc0\xaf"), 1007},
                                           Violation{"cut over fragments", frame(0x01, "\xc3") + frame(0x80, "x"), 1007},
                                           Violation{"unfinished in fragments", frame(0x01, "\xe2\x82") + frame(0x80, ""), 1007},
                                           Violation{"known bad in the first fragment", frame(0x01, "\xf4\x90"), 1007}));

INSTANTIATE_TEST_SUITE_P(Close, WebsocketViolation,
                         ::testing::Values(Violation{"one byte", frame(0x88, "x"), 1002}, Violation{"999", testing::close(999), 1002},
                                           Violation{"1004", testing::close(1004), 1002}, Violation{"1005", testing::close(1005), 1002},
                                           Violation{"1006", testing::close(1006), 1002}, Violation{"1015", testing::close(1015), 1002},
                                           Violation{"2999", testing::close(2999), 1002}, Violation{"5000", testing::close(5000), 1002},
                                           Violation{"65535", testing::close(65535), 1002},
                                           Violation{"reason", testing::close(1000, "\xff"), 1007}));

TEST_F(WebsocketConnection, FailsAsSoonAsTextIsBad) {
    open();
    const auto bytes = frame(0x81, "abc\xff" + std::string(100, 'x'));
    EXPECT_EQ(talk(bytes.substr(0, 9)), "");
    EXPECT_EQ(talk(bytes.substr(9, 1)), "88:1007") << "the rest of the frame is not waited for";
}

TEST_F(WebsocketConnection, AllowsExactlyTheLimit) {
    Options options;
    options.max_message_bytes = 300;
    options.max_fragments = 3;
    open(options);
    EXPECT_EQ(talk(binary(std::string(300, 'a'))), "");
    EXPECT_EQ(talk(frame(0x02, std::string(100, 'a')) + frame(0, std::string(100, 'a')) + frame(0x80, std::string(100, 'a'))), "");
    EXPECT_EQ(log.size(), 606u);
}

TEST_F(WebsocketConnection, EchoesTheClose) {
    for (const unsigned code : {1000u, 1001u, 1003u, 1007u, 1014u, 3000u, 4999u}) {
        open();
        EXPECT_EQ(talk(testing::close(code, "bye") + text("after")), "88:" + std::to_string(code));
        hang_up();
        EXPECT_EQ(log, "closed:" + std::to_string(code) + " ");
    }
    open();
    EXPECT_EQ(talk(frame(0x88, "") + ping()), "88:");
    hang_up();
    EXPECT_EQ(log, "closed:1005 ");
}

TEST_F(WebsocketConnection, DoesNotWaitForeverForAPeerThatKeepsTcpOpen) {
    open();
    talk(testing::close(1000));
    EXPECT_EQ(log, "");
    loop.skip_ahead(3s);
    turns();
    EXPECT_EQ(log, "closed:1000 ");
}

TEST_F(WebsocketConnection, ClosesByHandshake) {
    open();
    connection->close(CloseCode::GoingAway, "later");
    connection->close(CloseCode::Normal);
    connection->send(MessageType::Text, "too late", false);
    EXPECT_EQ(talk(text("dropped") + ping()), "88:1001later");
    EXPECT_EQ(talk(testing::close(1001)), "");
    EXPECT_TRUE(peer.ended());
    hang_up();
    EXPECT_EQ(log, "closed:1001 ");
}

TEST_F(WebsocketConnection, ClosesWithoutCode) {
    open();
    connection->close(CloseCode::NoStatus);
    EXPECT_EQ(talk(""), "88:");
    EXPECT_EQ(talk(frame(0x88, "")), "");
    hang_up();
    EXPECT_EQ(log, "closed:1005 ");
}

TEST_F(WebsocketConnection, CutsLongReasonsBetweenCodePoints) {
    open();
    std::string reason;
    for (int i = 0; i < 100; ++i) reason += "\xc3\xa4";
    connection->close(CloseCode::Normal, reason);
    EXPECT_EQ(talk(""), "88:1000" + reason.substr(0, 122));
}

TEST_F(WebsocketConnection, GivesUpOnAPeerThatDoesNotAnswerTheClose) {
    Options options;
    options.close_timeout = 5s;
    open(options);
    connection->close(CloseCode::Normal);
    turns();
    loop.skip_ahead(4s);
    turns();
    EXPECT_EQ(log, "");
    loop.skip_ahead(2s);
    turns();
    EXPECT_EQ(log, "closed:1006 ");
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(WebsocketConnection, TellsOfALostPeer) {
    open();
    hang_up();
    EXPECT_EQ(log, "closed:1006 ");
}

TEST_F(WebsocketConnection, AbortIsSilent) {
    open();
    connection->abort();
    turns();
    EXPECT_EQ(log, "");
    EXPECT_TRUE(peer.wait_for_end());
}

TEST_F(WebsocketConnection, MayBeDestroyedInsideCalls) {
    message = [this](std::string_view) { connection.reset(); };
    for (const auto& bytes : {text("x") + text("y") + ping(), frame(0x01, "x") + frame(0x80, "y") + text("z"), ping() + text("x")}) {
        open();
        talk(bytes);
        EXPECT_EQ(connection, nullptr);
        open();
        trickle(bytes);
        EXPECT_EQ(connection, nullptr);
    }
    message = nullptr;
    closed = [this] { connection.reset(); };
    open();
    hang_up();
    EXPECT_EQ(connection, nullptr);
    open();
    talk(frame(0x83, ""));
    hang_up();
    EXPECT_EQ(connection, nullptr);
    open();
    connection->close(CloseCode::Normal);
    turns();
    loop.skip_ahead(31s);
    turns();
    EXPECT_EQ(connection, nullptr);
}

TEST_F(WebsocketConnection, MayBeClosedOrAbortedInsideACall) {
    open();
    message = [this](std::string_view) { connection->close(CloseCode::Normal); };
    EXPECT_EQ(talk(text("a") + text("b") + testing::close(1000)), "88:1000");
    EXPECT_EQ(log, "t:a ");
    open();
    message = [this](std::string_view) { connection->abort(); };
    EXPECT_EQ(talk(text("a") + text("b")), "");
    EXPECT_EQ(log, "t:a ");
}

TEST_F(WebsocketConnection, HoldsMessagesBackWhilePaused) {
    open();
    message = [this](std::string_view payload) {
        if (payload == "stop") connection->pause_reading();
    };
    talk(text("stop") + text("later"));
    EXPECT_EQ(log, "t:stop ");
    talk(text("last"));
    EXPECT_EQ(log, "t:stop ");
    connection->resume_reading();
    turns();
    EXPECT_EQ(log, "t:stop t:later t:last ");
}

TEST_F(WebsocketConnection, PausedAndResumedInsideACallGoesOn) {
    open();
    message = [this](std::string_view) {
        connection->pause_reading();
        connection->resume_reading();
    };
    talk(text("a") + text("b"));
    EXPECT_EQ(log, "t:a t:b ");
}

TEST_F(WebsocketConnection, ClosesEvenWhilePaused) {
    open();
    message = [this](std::string_view) { connection->pause_reading(); };
    talk(text("a") + text("b") + testing::close(1000));
    connection->close(CloseCode::Normal);
    turns();
    hang_up();
    EXPECT_EQ(log, "t:a closed:1000 ");
}

TEST_F(WebsocketConnection, CutsASlowReader) {
    Options options;
    options.max_queue_bytes = 100'000;
    open(options);
    for (int i = 0; i < 1000 && log.empty(); ++i) {
        connection->send(MessageType::Binary, std::string(10'000, 'x'), false);
        turns(1);
    }
    turns();
    EXPECT_EQ(log, "closed:1006 ");
}

TEST_F(WebsocketConnection, PingsOfAPeerThatDoesNotReadCostNothing) {
    open();
    // Fill what the kernel takes, then ping on.
    while (connection->queued_bytes() == 0) {
        connection->send(MessageType::Binary, std::string(60'000, 'x'), false);
        turns(1);
    }
    const auto queued = connection->queued_bytes();
    for (int i = 0; i < 2000; ++i) {
        peer.send(ping(std::to_string(i)));
        turns(1);
    }
    EXPECT_LE(connection->queued_bytes(), queued);
    // Once it reads, it gets the latest pong.
    std::string got;
    ASSERT_TRUE(runtime::testing::turn_until(loop, [&] {
        return (got += peer.receive())
            .ends_with(
                "\x8a\x04"
                "1999");
    }));
    EXPECT_NE(log.find("drained"), std::string::npos);
}

TEST_F(WebsocketConnection, TellsWhenItsQueueIsEmptyAgain) {
    open();
    EXPECT_TRUE(connection->writable());
    for (int i = 0; i < 100; ++i) connection->send(MessageType::Binary, std::string(10'000, 'x'), false);
    EXPECT_FALSE(connection->writable());
    ASSERT_TRUE(runtime::testing::turn_until(loop, [&] {
        peer.receive();
        return !log.empty();
    }));
    EXPECT_EQ(log, "drained ");
    EXPECT_TRUE(connection->writable());
}

}  // namespace
}  // namespace sio::websocket
