#include "sio/runtime/tls.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "sio/runtime/stream.hpp"
#include "sio/runtime/testing/certificate.hpp"
#include "sio/runtime/testing/peer.hpp"

namespace sio::runtime {
namespace {

using testing::turn_until;

/// A TLS client over a non-blocking descriptor.
class Client {
public:
    explicit Client(int fd, const char* protocols = nullptr, int max_version = TLS1_3_VERSION, int min_version = TLS1_2_VERSION)
        : context_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_min_proto_version(context_, min_version);
        SSL_CTX_set_max_proto_version(context_, max_version);
        SSL_CTX_set_security_level(context_, 0);
        SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        ssl_ = SSL_new(context_);
        if (protocols != nullptr) {
            SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(protocols), static_cast<unsigned>(std::strlen(protocols)));
        }
        SSL_set_fd(ssl_, fd);
        SSL_set_connect_state(ssl_);
    }
    ~Client() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// One step; true when done.
    bool handshake() {
        const int result = SSL_do_handshake(ssl_);
        note(result);
        return result == 1;
    }
    /// One step: sends what fits of `bytes` and gives how much.
    std::size_t send(std::string_view bytes) {
        if (bytes.empty()) return 0;
        const int result = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
        note(result);
        return result > 0 ? static_cast<std::size_t>(result) : 0;
    }
    std::string receive() {
        std::string result;
        char buffer[16 * 1024];
        for (;;) {
            const int got = SSL_read(ssl_, buffer, sizeof buffer);
            if (got <= 0) {
                note(got);
                return result;
            }
            result.append(buffer, static_cast<std::size_t>(got));
        }
    }
    void shutdown() { SSL_shutdown(ssl_); }
    bool failed() const { return failed_; }
    bool ended() const { return ended_; }
    std::string protocol() const {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl_, &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }
    std::string version() const { return SSL_get_version(ssl_); }
    std::string peer_name() const {
        const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl_), X509_free);
        char name[256] = {};
        if (certificate) X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name, sizeof name);
        return name;
    }
    bool renegotiate() { return SSL_renegotiate(ssl_) == 1; }

private:
    void note(int result) {
        if (result > 0) return;
        const int error = SSL_get_error(ssl_, result);
        ended_ = ended_ || error == SSL_ERROR_ZERO_RETURN;
        failed_ = failed_ || error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    }

    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
    bool failed_ = false;
    bool ended_ = false;
};

struct Recorder final : StreamHandler {
    std::size_t on_data(char* data, std::size_t size) override {
        largest = std::max(largest, size);
        if (on_data_do) return on_data_do(data, size);
        input.append(data, size);
        return size;
    }
    void on_drained() override { ++drained; }
    void on_closed(CloseCause why) override { cause = why; }
    std::string input;
    std::size_t largest = 0;
    int drained = 0;
    std::optional<CloseCause> cause;
    std::function<std::size_t(char*, std::size_t)> on_data_do;
};

struct TlsStreamTest : ::testing::Test {
    TlsStreamTest() : context(*TlsContext::load(certificate.certificate_file(), certificate.key_file())) { connect(); }

    void connect(const char* protocols = nullptr, int max_version = TLS1_3_VERSION, int min_version = TLS1_2_VERSION) {
        client.reset();
        auto pair = testing::connect_pair(loop, context->accept());
        peer = std::move(pair.peer);
        stream = std::move(pair.stream);
        handler = Recorder();
        stream->set_handler(&handler);
        stream->start();
        client = std::make_unique<Client>(peer.fd(), protocols, max_version, min_version);
    }
    bool handshake() {
        return turn_until(loop, [&] { return client->handshake() || client->failed(); }) && !client->failed();
    }
    void send(std::string_view bytes) {
        EXPECT_TRUE(turn_until(loop, [&] {
            bytes.remove_prefix(client->send(bytes));
            return bytes.empty();
        }));
    }
    std::string receive(std::size_t size) {
        std::string result;
        EXPECT_TRUE(turn_until(loop, [&] {
            result += client->receive();
            return result.size() >= size;
        }));
        return result;
    }

    testing::Certificate certificate{"first.example"};
    std::shared_ptr<TlsContext> context;
    Loop loop;
    testing::Peer peer;
    Recorder handler;
    std::unique_ptr<Stream> stream;
    std::unique_ptr<Client> client;
};

std::string pattern(std::size_t size) {
    std::string bytes(size, ' ');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 23);
    return bytes;
}

TEST_F(TlsStreamTest, TalksBothWays) {
    ASSERT_TRUE(handshake());
    EXPECT_TRUE(stream->secure());
    EXPECT_EQ(client->version(), "TLSv1.3");
    EXPECT_EQ(client->peer_name(), "first.example");
    send("hello");
    EXPECT_TRUE(turn_until(loop, [&] { return handler.input == "hello"; }));
    stream->send("and ");
    stream->send("welcome");
    EXPECT_EQ(receive(11), "and welcome");
}

TEST_F(TlsStreamTest, SpeaksTls12) {
    connect(nullptr, TLS1_2_VERSION);
    ASSERT_TRUE(handshake());
    EXPECT_EQ(client->version(), "TLSv1.2");
    send("hello");
    EXPECT_TRUE(turn_until(loop, [&] { return handler.input == "hello"; }));
}

TEST_F(TlsStreamTest, RefusesTls11) {
    connect(nullptr, TLS1_1_VERSION, TLS1_1_VERSION);
    EXPECT_FALSE(handshake());
    EXPECT_TRUE(turn_until(loop, [&] { return handler.cause.has_value(); }));
    EXPECT_EQ(handler.cause, CloseCause::Error);
}

TEST_F(TlsStreamTest, ChoosesHttp11) {
    connect("\x02h2\x08http/1.1");
    ASSERT_TRUE(handshake());
    EXPECT_EQ(client->protocol(), "http/1.1");
}

TEST_F(TlsStreamTest, RefusesClientsThatOfferOnlyOtherProtocols) {
    connect("\x02h2");
    EXPECT_FALSE(handshake());
}

TEST_F(TlsStreamTest, OutputQueuedBeforeTheHandshakeArrives) {
    stream->send("early");
    ASSERT_TRUE(handshake());
    EXPECT_EQ(receive(5), "early");
}

TEST_F(TlsStreamTest, MovesMegabytesBothWays) {
    ASSERT_TRUE(handshake());
    testing::set_send_buffer(peer.fd(), 20'000);
    const std::string bytes = pattern(3'000'000);
    send(bytes);
    EXPECT_TRUE(turn_until(loop, [&] { return handler.input.size() >= bytes.size(); }));
    EXPECT_TRUE(handler.input == bytes);

    // Sizes that make records of one frame, of parts and of many; written again and again as the peer reads slowly.
    std::string expected;
    for (const std::size_t size : {1U, 1'000'000U, 3U, 40'000U, 20U, 16'384U, 16'385U, 500'000U}) {
        const std::string piece = pattern(size);
        expected += piece;
        stream->send(piece);
        for (int i = 0; i < 5; ++i) {
            stream->send("small");
            expected += "small";
        }
        loop.turn();
    }
    EXPECT_TRUE(stream->congested());
    EXPECT_TRUE(receive(expected.size()) == expected);
    EXPECT_EQ(stream->queued_bytes(), 0U);
    EXPECT_GE(handler.drained, 1);
}

TEST_F(TlsStreamTest, OutputGrowsBehindABlockedRecord) {
    ASSERT_TRUE(handshake());
    std::string expected;
    // Until the socket is full; then the queue's front is blocked inside OpenSSL while more comes behind it.
    for (int i = 0; !stream->congested(); ++i) {
        ASSERT_LT(i, 100'000);
        const std::string piece = pattern(static_cast<std::size_t>(i % 700 + 1));
        expected += piece;
        stream->send(piece);
        loop.turn();
    }
    for (int i = 0; i < 300; ++i) {
        const std::string piece = pattern(static_cast<std::size_t>(i * 37 % 900 + 1));
        expected += piece;
        stream->send(piece);
        if (i % 10 == 0) loop.turn();
    }
    EXPECT_TRUE(receive(expected.size()) == expected);
}

TEST_F(TlsStreamTest, PausesWithBytesInsideOpenSsl) {
    ASSERT_TRUE(handshake());
    handler.on_data_do = [&](char* data, std::size_t size) {
        handler.input.append(data, size);
        stream->pause_reading();
        return size;
    };
    const std::string bytes = pattern(150'000);
    send(bytes);
    std::size_t before = 0;
    while (handler.input.size() < bytes.size()) {
        for (int i = 0; i < 3; ++i) loop.turn();
        ASSERT_GT(handler.input.size(), before);
        before = handler.input.size();
        stream->resume_reading();
    }
    EXPECT_TRUE(handler.input == bytes);
}

TEST_F(TlsStreamTest, TellsOfTheEndThatCameWithTheLastBytes) {
    ASSERT_TRUE(handshake());
    // In one piece to the server: data and close_notify; the socket stays open, so that nothing else tells.
    client->send("last words");
    client->shutdown();
    EXPECT_TRUE(turn_until(loop, [&] { return handler.cause.has_value(); }));
    EXPECT_EQ(handler.input, "last words");
    EXPECT_EQ(handler.cause, CloseCause::PeerClosed);
}

TEST_F(TlsStreamTest, TakesACutConnectionForItsEnd) {
    ASSERT_TRUE(handshake());
    loop.turn();
    client->receive();
    peer.close();
    EXPECT_TRUE(turn_until(loop, [&] { return handler.cause.has_value(); }));
    EXPECT_EQ(handler.cause, CloseCause::PeerClosed);
}

TEST_F(TlsStreamTest, ClosesOnPlainText) {
    peer.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(turn_until(loop, [&] { return handler.cause.has_value(); }));
    EXPECT_EQ(handler.cause, CloseCause::Error);
    EXPECT_EQ(handler.input, "");
}

TEST_F(TlsStreamTest, RefusesRenegotiation) {
    connect(nullptr, TLS1_2_VERSION);
    ASSERT_TRUE(handshake());
    ASSERT_TRUE(client->renegotiate());
    // The server answers with a no_renegotiation warning, and the client never gets its second hand-shake.
    for (int i = 0; i < 20; ++i) {
        client->handshake();
        loop.turn();
    }
    EXPECT_FALSE(client->handshake());
}

TEST_F(TlsStreamTest, FinishSendsCloseNotify) {
    ASSERT_TRUE(handshake());
    stream->send("bye");
    stream->finish(std::chrono::seconds(30));
    EXPECT_EQ(receive(3), "bye");
    EXPECT_TRUE(turn_until(loop, [&] {
        client->receive();
        return client->ended();
    }));
    peer.close();
    EXPECT_TRUE(turn_until(loop, [&] { return handler.cause.has_value(); }));
    EXPECT_EQ(handler.cause, CloseCause::PeerClosed);
}

TEST_F(TlsStreamTest, MovesToAnotherLoopWithItsState) {
    ASSERT_TRUE(handshake());
    handler.on_data_do = [](char*, std::size_t) -> std::size_t { return 0; };
    send("unread ");
    turn_until(loop, [&] { return handler.largest == 7; });
    stream->detach();
    client->send("new");
    Loop second;
    stream->attach(second);
    handler.on_data_do = nullptr;
    stream->start();
    EXPECT_TRUE(turn_until(second, [&] { return handler.input == "unread new"; }));
    stream->send("from there");
    std::string received;
    EXPECT_TRUE(turn_until(second, [&] { return (received += client->receive()) == "from there"; }));
    stream.reset();
}

TEST_F(TlsStreamTest, MayBeDestroyedInOnData) {
    ASSERT_TRUE(handshake());
    handler.on_data_do = [&](char*, std::size_t size) {
        stream.reset();
        return size;
    };
    send("x");
    EXPECT_TRUE(turn_until(loop, [&] { return stream == nullptr; }));
}

TEST_F(TlsStreamTest, ReloadServesTheNewCertificateAndLeavesConnectionsAlone) {
    ASSERT_TRUE(handshake());
    certificate.write("second.example");
    ASSERT_TRUE(context->reload());
    send("still here");
    EXPECT_TRUE(turn_until(loop, [&] { return handler.input == "still here"; }));
    connect();
    ASSERT_TRUE(handshake());
    EXPECT_EQ(client->peer_name(), "second.example");
}

TEST_F(TlsStreamTest, AFailedReloadKeepsTheOldCertificate) {
    std::ofstream(certificate.certificate_file()) << "nonsense";
    const auto result = context->reload();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Tls);
    connect();
    ASSERT_TRUE(handshake());
    EXPECT_EQ(client->peer_name(), "first.example");
}

TEST(TlsContext, RefusesMissingFilesAndAForeignKey) {
    const testing::Certificate one("one.example");
    const testing::Certificate two("two.example");
    for (const auto& [certificate, key] : {std::pair{one.certificate_file(), two.key_file()},
                                           {one.certificate_file() + ".missing", one.key_file()},
                                           {one.certificate_file(), one.key_file() + ".missing"}}) {
        const auto result = TlsContext::load(certificate, key);
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, ErrorCode::Tls);
        EXPECT_FALSE(result.error().detail.empty());
    }
}

}  // namespace
}  // namespace sio::runtime
