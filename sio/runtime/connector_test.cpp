#include "sio/runtime/connector.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

#include "sio/runtime/testing/peer.hpp"
#include "sio/runtime/testing/stream_fixture.hpp"

namespace sio::runtime {
namespace {

using namespace std::chrono_literals;
using testing::Peer;
using testing::turn_until;

/// A listening socket of 127.0.0.1.
struct Port {
    explicit Port(int backlog = 8) : fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), size), 0);
        EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
        EXPECT_EQ(listen(fd, backlog), 0);
        number = ntohs(address.sin_port);
    }
    ~Port() { close(fd); }
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    int fd;
    std::uint16_t number = 0;
};

struct ConnectorTest : ::testing::Test {
    void start(const std::string& host, std::uint16_t port, Clock::duration timeout = 5s) {
        connector = std::make_unique<Connector>(loop, host, port, nullptr, timeout, [this](Result<std::unique_ptr<Stream>> got) {
            EXPECT_FALSE(result);
            result = std::move(got);
            connector.reset();
        });
    }
    bool finish() {
        return turn_until(loop, [&] { return result.has_value(); });
    }

    Loop loop;
    std::unique_ptr<Connector> connector;
    std::optional<Result<std::unique_ptr<Stream>>> result;
};

TEST_F(ConnectorTest, GivesAStreamThatTalks) {
    const Port port;
    start("127.0.0.1", port.number);
    EXPECT_FALSE(result);
    ASSERT_TRUE(finish());
    ASSERT_TRUE(result->has_value()) << result->error().detail;
    Peer peer(accept4(port.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    Stream& stream = ***result;
    testing::Recorder handler;
    stream.set_handler(&handler);
    stream.start();
    stream.send("ping");
    loop.turn();
    EXPECT_EQ(peer.receive(4), "ping");
    peer.send("pong");
    EXPECT_TRUE(turn_until(loop, [&] { return handler.input == "pong"; }));
    EXPECT_EQ(stream.peer_address(), "127.0.0.1");
}

TEST_F(ConnectorTest, FindsNamesOnAThreadOfItsOwn) {
    const Port port;
    start("localhost", port.number);
    ASSERT_TRUE(finish());
    EXPECT_TRUE(result->has_value()) << result->error().detail;
}

TEST_F(ConnectorTest, SaysWhoRefused) {
    std::uint16_t number;
    {
        const Port gone;
        number = gone.number;
    }
    start("127.0.0.1", number);
    ASSERT_TRUE(finish());
    ASSERT_FALSE(result->has_value());
    EXPECT_EQ(result->error().code, ErrorCode::System);
    EXPECT_TRUE(result->error().detail.starts_with("127.0.0.1:" + std::to_string(number) + ": ")) << result->error().detail;
}

TEST_F(ConnectorTest, SaysThatANameIsNone) {
    start(std::string(300, 'a'), 1);
    ASSERT_TRUE(finish());
    ASSERT_FALSE(result->has_value());
    EXPECT_EQ(result->error().code, ErrorCode::System);
}

TEST_F(ConnectorTest, GivesUpInTime) {
    // With its queue full the kernel leaves further connections without an answer.
    const Port port(0);
    std::vector<Peer> waiting;
    for (int i = 0; i < 4; ++i) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port.number);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        static_cast<void>(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
        waiting.emplace_back(fd);
    }
    start("127.0.0.1", port.number, 5s);
    for (int i = 0; i < 3; ++i) loop.turn(5ms);
    EXPECT_FALSE(result);
    loop.skip_ahead(5s + 2ms);
    ASSERT_TRUE(finish());
    ASSERT_FALSE(result->has_value());
    EXPECT_EQ(result->error().code, ErrorCode::Timeout);
}

TEST_F(ConnectorTest, DestroyedItSaysNothing) {
    const Port port;
    for (const std::string host : {"127.0.0.1", "localhost"}) {
        start(host, port.number);
        loop.turn();
        connector.reset();
        for (int i = 0; i < 5; ++i) loop.turn(5ms);
        EXPECT_FALSE(result);
    }
}

}  // namespace
}  // namespace sio::runtime
