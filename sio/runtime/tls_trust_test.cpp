#include "sio/runtime/tls_trust.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "sio/runtime/testing/certificate.hpp"
#include "sio/runtime/testing/stream_fixture.hpp"

namespace sio::runtime {
namespace {

using testing::Certificate;
using testing::turn_until;

/// Client and server on one loop.
struct TlsTrustTest : ::testing::Test {
    /// Whether a client of `host` that trusts `ca_file` and the server of `certificate` understand each other.
    bool agree(const std::string& host, const std::string& ca_file) {
        auto trust = TlsTrust::load(ca_file);
        EXPECT_TRUE(trust);
        auto connection = testing::connect_pair(loop, (*trust)->connect(host));
        server_context = TlsContext::load(certificate.certificate_file(), certificate.key_file()).value();
        const int fd = dup(connection.peer.fd());
        connection.peer.close();
        Stream server(loop, fd, server_context->accept(), *Address::parse("192.0.2.8"));
        testing::Recorder at_server;
        testing::Recorder at_client;
        server.set_handler(&at_server);
        server.start();
        connection.stream->set_handler(&at_client);
        connection.stream->start();
        connection.stream->send("hello");
        EXPECT_TRUE(turn_until(loop, [&] { return at_server.input == "hello" || at_client.cause.has_value(); }));
        refusal = connection.stream->certificate_refusal();
        return at_server.input == "hello" && !at_client.cause;
    }

    Loop loop;
    Certificate certificate{"db.example", "DNS:db.example,IP:192.0.2.1"};
    std::shared_ptr<TlsContext> server_context;
    std::string refusal;
};

TEST_F(TlsTrustTest, TrustsTheRightNameOrAddress) {
    EXPECT_TRUE(agree("db.example", certificate.certificate_file())) << refusal;
    EXPECT_TRUE(agree("192.0.2.1", certificate.certificate_file())) << refusal;
    EXPECT_EQ(refusal, "");
}

TEST_F(TlsTrustTest, RefusesAnotherNameOrAddress) {
    EXPECT_FALSE(agree("other.example", certificate.certificate_file()));
    EXPECT_NE(refusal.find("mismatch"), std::string::npos) << refusal;
    EXPECT_FALSE(agree("192.0.2.2", certificate.certificate_file()));
    EXPECT_NE(refusal.find("mismatch"), std::string::npos) << refusal;
}

TEST_F(TlsTrustTest, RefusesWhomNobodyVouchesFor) {
    const Certificate stranger("db.example");
    EXPECT_FALSE(agree("db.example", stranger.certificate_file()));
    EXPECT_NE(refusal, "");
    EXPECT_FALSE(agree("db.example", ""));
    EXPECT_NE(refusal, "");
}

TEST_F(TlsTrustTest, SaysWhichFileDoesNotLoad) {
    const auto trust = TlsTrust::load("/nowhere/ca.pem");
    ASSERT_FALSE(trust);
    EXPECT_EQ(trust.error().code, ErrorCode::Tls);
    EXPECT_NE(trust.error().detail.find("/nowhere/ca.pem"), std::string::npos);
}

}  // namespace
}  // namespace sio::runtime
