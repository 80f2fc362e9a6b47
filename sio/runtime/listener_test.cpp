#include "sio/runtime/listener.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "sio/runtime/testing/certificate.hpp"
#include "sio/runtime/testing/eventually.hpp"
#include "sio/runtime/testing/peer.hpp"
#include "sio/runtime/tls.hpp"

namespace sio::runtime {
namespace {

using testing::eventually;
using testing::Peer;

/// Echoes what comes until the peer goes. Stops the loops when destroyed.
class EchoServer {
public:
    explicit EchoServer(LoopGroup& loops) : loops_(loops) {}
    ~EchoServer() { loops_.stop(); }
    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;

    void serve(std::unique_ptr<Stream> stream) {
        auto echo = std::make_shared<Echo>(*this, std::move(stream));
        {
            const std::lock_guard lock(mutex_);
            echoes_.insert(echo);
        }
        echo->begin();
    }
    Listener::Accept accept() {
        return [this](std::unique_ptr<Stream> stream) { serve(std::move(stream)); };
    }

private:
    struct Echo final : StreamHandler, std::enable_shared_from_this<Echo> {
        Echo(EchoServer& owner, std::unique_ptr<Stream> owned) : server(owner), stream(std::move(owned)) {}
        void begin() {
            stream->set_handler(this);
            stream->start();
        }
        std::size_t on_data(char* data, std::size_t size) override {
            stream->send(std::string_view(data, size));
            return size;
        }
        void on_closed(CloseCause) override {
            stream->loop().defer([self = shared_from_this()] {
                const std::lock_guard lock(self->server.mutex_);
                self->server.echoes_.erase(self);
            });
        }
        EchoServer& server;
        std::unique_ptr<Stream> stream;
    };

    LoopGroup& loops_;
    std::mutex mutex_;
    std::set<std::shared_ptr<Echo>> echoes_;
};

bool refused(std::uint16_t port) {
    try {
        // A connection that met the closing in the kernel may seem open until something is sent.
        Peer peer = Peer::connect(port);
        return !peer.send("x") || peer.receive(1).empty();
    } catch (const std::system_error&) {
        return true;
    }
}

TEST(Listener, MultiLoopServesConnectionsOnTheLoopThatAcceptedThem) {
    LoopGroup loops(3);
    EchoServer server(loops);
    std::mutex mutex;
    std::map<unsigned, int> by_loop;
    auto listener = Listener::open(loops, {}, [&](std::unique_ptr<Stream> stream) {
        EXPECT_EQ(Loop::current(), &stream->loop());
        EXPECT_EQ(stream->peer_address(), "127.0.0.1");
        EXPECT_NE(stream->peer().port, 0);
        {
            const std::lock_guard lock(mutex);
            ++by_loop[stream->loop().index()];
        }
        server.serve(std::move(stream));
    });
    ASSERT_TRUE(listener) << listener.error().detail;
    EXPECT_NE((*listener)->port(), 0);
    loops.start();
    std::vector<Peer> peers;
    for (int i = 0; i < 120; ++i) peers.push_back(Peer::connect((*listener)->port()));
    for (auto& peer : peers) ASSERT_TRUE(peer.send("ping"));
    for (auto& peer : peers) EXPECT_EQ(peer.receive(4), "ping");
    EXPECT_EQ((*listener)->connections(), peers.size());
    {
        const std::lock_guard lock(mutex);
        EXPECT_EQ(by_loop.size(), 3U);
    }
    peers.clear();
    EXPECT_TRUE(eventually([&] { return (*listener)->connections() == 0; }));
    loops.stop();
}

TEST(Listener, MultiLoopLimitsAreHeldAndRoomIsGivenBack) {
    LoopGroup loops(2);
    EchoServer server(loops);
    ListenOptions options;
    options.max_connections_per_address = 3;
    auto listener = Listener::open(loops, options, server.accept());
    ASSERT_TRUE(listener);
    loops.start();
    std::vector<Peer> peers;
    for (int i = 0; i < 3; ++i) {
        peers.push_back(Peer::connect((*listener)->port()));
        peers.back().send("x");
        ASSERT_EQ(peers.back().receive(1), "x");
    }
    EXPECT_TRUE(Peer::connect((*listener)->port()).wait_for_end());
    EXPECT_EQ((*listener)->connections(), 3U);
    peers.pop_back();
    EXPECT_TRUE(eventually([&] { return (*listener)->connections() == 2; }));
    Peer next = Peer::connect((*listener)->port());
    next.send("y");
    EXPECT_EQ(next.receive(1), "y");
    peers.clear();
    next.close();
    EXPECT_TRUE(eventually([&] { return (*listener)->connections() == 0; }));
    loops.stop();
}

TEST(Listener, MultiLoopCloseStopsAcceptingAndKeepsConnections) {
    LoopGroup loops(2);
    EchoServer server(loops);
    auto listener = Listener::open(loops, {}, server.accept());
    ASSERT_TRUE(listener);
    loops.start();
    Peer peer = Peer::connect((*listener)->port());
    peer.send("a");
    ASSERT_EQ(peer.receive(1), "a");
    (*listener)->close();
    (*listener)->close();
    EXPECT_TRUE(eventually([&] { return refused((*listener)->port()); }));
    peer.send("b");
    EXPECT_EQ(peer.receive(1), "b");
    peer.close();
    EXPECT_TRUE(eventually([&] { return (*listener)->connections() == 0; }));
    listener->reset();
    loops.stop();
}

TEST(Listener, MultiLoopConnectionsComeAndGoInAStorm) {
    LoopGroup loops(2);
    EchoServer server(loops);
    auto listener = Listener::open(loops, {}, server.accept());
    ASSERT_TRUE(listener);
    loops.start();
    std::vector<std::thread> clients;
    for (int t = 0; t < 3; ++t) {
        clients.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                Peer peer = Peer::connect((*listener)->port());
                if (i % 3 == 0) continue;
                EXPECT_TRUE(peer.send("hello"));
                if (i % 3 == 1) {
                    peer.reset();
                } else {
                    EXPECT_EQ(peer.receive(5), "hello");
                }
            }
        });
    }
    for (auto& client : clients) client.join();
    EXPECT_TRUE(eventually([&] { return (*listener)->connections() == 0; }));
    loops.stop();
}

TEST(Listener, OffersNoDelaySockets) {
    LoopGroup loops(1);
    std::unique_ptr<Stream> accepted;
    auto listener = Listener::open(loops, {}, [&](std::unique_ptr<Stream> stream) { accepted = std::move(stream); });
    ASSERT_TRUE(listener);
    Peer peer = Peer::connect((*listener)->port());
    ASSERT_TRUE(testing::turn_until(loops.at(0), [&] { return accepted != nullptr; }));
    // The accepted socket is the one whose peer is ours.
    int found = 0;
    for (int fd = 3; fd < 256; ++fd) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
        if (Address::from(reinterpret_cast<const sockaddr&>(address)).port != accepted->peer().port) continue;
        int on = 0;
        socklen_t on_size = sizeof on;
        ASSERT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &on_size), 0);
        EXPECT_EQ(on, 1);
        ++found;
    }
    EXPECT_EQ(found, 1);
    accepted.reset();
}

TEST(Listener, ListensOnIpv6) {
    LoopGroup loops(2);
    EchoServer server(loops);
    ListenOptions options;
    options.host = "::1";
    auto listener = Listener::open(loops, options, server.accept());
    if (!listener) {
        EXPECT_EQ(listener.error().code, ErrorCode::System);  // a machine without IPv6
        return;
    }
    EXPECT_NE((*listener)->port(), 0);
}

TEST(Listener, RefusesAPortInUseWhateverTheNumberOfLoops) {
    for (const unsigned first : {1U, 2U}) {
        for (const unsigned second : {1U, 2U}) {
            LoopGroup loops(first);
            EchoServer server(loops);
            LoopGroup others(second);
            auto listener = Listener::open(loops, {}, server.accept());
            ASSERT_TRUE(listener);
            ListenOptions options;
            options.port = (*listener)->port();
            const auto again = Listener::open(others, options, server.accept());
            ASSERT_FALSE(again);
            EXPECT_EQ(again.error().code, ErrorCode::System);
        }
    }
}

TEST(Listener, RefusesAHostThatIsNoAddress) {
    LoopGroup loops(1);
    EchoServer server(loops);
    ListenOptions options;
    options.host = "localhost";
    const auto listener = Listener::open(loops, options, server.accept());
    ASSERT_FALSE(listener);
    EXPECT_EQ(listener.error().code, ErrorCode::BadRequest);
}

TEST(Listener, PausesWhenDescriptorsRunOutAndGoesOnAfterwards) {
    LoopGroup loops(1);
    std::vector<std::unique_ptr<Stream>> accepted;
    auto listener = Listener::open(loops, {}, [&](std::unique_ptr<Stream> stream) { accepted.push_back(std::move(stream)); });
    ASSERT_TRUE(listener);
    Loop& loop = loops.at(0);
    // One that comes in before: UBSan looks a type up with a pipe, which it could not open later.
    const Peer early = Peer::connect((*listener)->port());
    ASSERT_TRUE(testing::turn_until(loop, [&] { return accepted.size() == 1; }));
    accepted.clear();
    Peer peer = Peer::connect((*listener)->port());
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    // The lowest free number is the first that is refused.
    const int free_fd = dup(peer.fd());
    close(free_fd);
    rlimit none_left = before;
    none_left.rlim_cur = static_cast<rlim_t>(free_fd);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
    loop.turn(std::chrono::milliseconds(1000));
    const TimePoint paused_at = Clock::now();
    loop.turn(std::chrono::milliseconds(20));  // a spinning loop would not wait
    const auto waited = Clock::now() - paused_at;
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_TRUE(accepted.empty());
    EXPECT_GE(waited, std::chrono::milliseconds(15));
    loop.skip_ahead(std::chrono::milliseconds(200));
    EXPECT_TRUE(testing::turn_until(loop, [&] { return accepted.size() == 1; }));
    accepted.clear();
}

TEST(Listener, GivesTlsStreams) {
    const testing::Certificate certificate("listener.example");
    ListenOptions options;
    options.tls = *TlsContext::load(certificate.certificate_file(), certificate.key_file());
    LoopGroup loops(1);
    std::unique_ptr<Stream> accepted;
    auto listener = Listener::open(loops, options, [&](std::unique_ptr<Stream> stream) { accepted = std::move(stream); });
    ASSERT_TRUE(listener);
    Peer peer = Peer::connect((*listener)->port());
    ASSERT_TRUE(testing::turn_until(loops.at(0), [&] { return accepted != nullptr; }));
    EXPECT_TRUE(accepted->secure());
    accepted.reset();
    EXPECT_EQ((*listener)->connections(), 0U);
}

}  // namespace
}  // namespace sio::runtime
