#include <gtest/gtest.h>

#include "sio/cluster/testing/client.hpp"
#include "sio/cluster/testing/relay.hpp"
#include "sio/runtime/testing/certificate.hpp"

namespace sio::cluster {
namespace {

using testing::Client;
using testing::Entries;
using testing::Heard;
using testing::impatient;
using testing::Relay;
using testing::ValkeyServer;

/// Keeps the reasons that lines give.
struct ReasonLog final : Log {
    bool enabled(LogLevel) const noexcept override { return true; }
    void write(LogLevel, std::string_view message, Fields fields) noexcept override {
        text += message;
        for (const LogField& field : fields) {
            if (const auto* value = std::get_if<std::string_view>(&field.value)) text.append(" ").append(*value);
        }
        text += '\n';
    }
    std::string text;
};

struct Links : ::testing::Test {
    ValkeyServer server;
    Relay relay{server.port()};
    Client client{impatient("redis://127.0.0.1:" + std::to_string(relay.port()))};
    Heard heard;
    Entries entries;
};

TEST_F(Links, ThreadsOfACutLinkComeBackAndLoseNoStreamEntry) {
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", heard);
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1 && entries.readings == 1 && client.valkey->connected(); }));
    relay.cut();
    ASSERT_TRUE(client.turn_until([&] { return !client.valkey->connected(); }));
    std::vector<std::string> order;
    for (const std::string text : {"1", "2", "3"}) {
        client.valkey->command_later({"XADD", "s", "*", "f", text}, [&order, text](Result<Value> answer) {
            if (answer) order.push_back(text);
        });
    }
    server.ask({"XADD", "s", "*", "f", "0"});
    relay.mend();
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 4 && heard.subscribed == 2; }));
    EXPECT_EQ(entries.values, (std::vector<std::string>{"0", "1", "2", "3"}));
    EXPECT_EQ(order, (std::vector<std::string>{"1", "2", "3"}));
    EXPECT_EQ(entries.gaps, 0);
}

TEST_F(Links, ThreadsOfASilentLinkAreGivenUpAndMadeAnew) {
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", heard);
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1 && entries.readings == 1 && client.valkey->connected(); }));
    relay.stall();
    ASSERT_TRUE(client.turn_until([&] { return client.valkey->stats().reconnects >= 3; }));
    EXPECT_FALSE(client.valkey->connected());
    relay.mend();
    EXPECT_TRUE(client.turn_until([&] { return heard.subscribed == 2 && entries.readings == 2 && client.valkey->connected(); }));
}

struct TlsLinks : ::testing::Test {
    Result<Value> ping(const std::string& host, const std::string& ca_file) {
        const std::string url = "rediss://" + host + ':' + std::to_string(relay.port()) + "?ca=" + ca_file;
        Valkey valkey(loop, impatient(url), log);
        std::optional<Result<Value>> answer;
        valkey.command({"PING"}, [&](Result<Value> got) { answer = std::move(got); });
        if (!testing::turn_long_until(loop, [&] { return answer.has_value(); })) return fail(ErrorCode::Timeout);
        return *answer;
    }

    runtime::Loop loop;
    ReasonLog log;
    ValkeyServer server;
    runtime::testing::Certificate certificate{"localhost", "DNS:localhost,IP:127.0.0.1"};
    Relay relay{server.port(), runtime::TlsContext::load(certificate.certificate_file(), certificate.key_file()).value()};
};

TEST_F(TlsLinks, TalksToATrustedServerByNameAndByAddress) {
    EXPECT_EQ(ping("localhost", certificate.certificate_file())->text, "PONG");
    EXPECT_EQ(ping("127.0.0.1", certificate.certificate_file())->text, "PONG");
}

TEST_F(TlsLinks, RefusesACertificateOfAnotherHost) {
    certificate.write("db.example", "DNS:db.example");
    Relay other(server.port(), runtime::TlsContext::load(certificate.certificate_file(), certificate.key_file()).value());
    const std::string url = "rediss://localhost:" + std::to_string(other.port()) + "?ca=" + certificate.certificate_file();
    Valkey valkey(loop, impatient(url), log);
    ASSERT_TRUE(testing::turn_long_until(loop, [&] { return log.text.find("mismatch") != std::string::npos; })) << log.text;
    EXPECT_FALSE(valkey.connected());
}

TEST_F(TlsLinks, RefusesACertificateNobodyVouchesFor) {
    const runtime::testing::Certificate stranger("localhost");
    EXPECT_FALSE(ping("localhost", stranger.certificate_file()));
    EXPECT_NE(log.text.find("self-signed"), std::string::npos) << log.text;
}

TEST_F(TlsLinks, SaysWhyThereIsNoTrust) {
    EXPECT_FALSE(ping("localhost", "/nowhere/ca.pem"));
    EXPECT_NE(log.text.find("/nowhere/ca.pem"), std::string::npos) << log.text;
}

TEST_F(Links, ThePasswordIsNeverLogged) {
    ReasonLog log;
    server.ask({"CONFIG", "SET", "requirepass", "right"});
    runtime::Loop loop;
    Valkey valkey(loop, impatient("redis://:s3cret@127.0.0.1:" + std::to_string(server.port())), log);
    std::string detail;
    valkey.command({"PING"}, [&](Result<Value> answer) { detail = answer.error().detail; });
    ASSERT_TRUE(testing::turn_long_until(loop, [&] { return !detail.empty(); }));
    EXPECT_NE(log.text.find("WRONGPASS"), std::string::npos) << log.text;
    EXPECT_EQ((log.text + detail).find("s3cret"), std::string::npos) << log.text << detail;
}

}  // namespace
}  // namespace sio::cluster
