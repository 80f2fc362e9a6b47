#include <gtest/gtest.h>

#include "sio/cluster/testing/client.hpp"

namespace sio::cluster {
namespace {

using testing::Client;
using testing::Entries;
using testing::Heard;
using testing::impatient;
using testing::turn_long_until;
using testing::ValkeyServer;

/// A primary, its replica and three Sentinels that are quick to act and know of all.
struct Sentinels : ::testing::Test {
    Sentinels() {
        const std::string main = "sentinel monitor main 127.0.0.1 " + std::to_string(primary.port()) + " 2";
        for (auto& sentinel : sentinels) {
            sentinel = std::make_unique<ValkeyServer>(
                ValkeyServer::Sentinel{{main, "sentinel down-after-milliseconds main 500", "sentinel failover-timeout main 3000"}});
        }
        runtime::Loop waiting;
        EXPECT_TRUE(
            turn_long_until(waiting, [&] { return primary.ask({"INFO", "replication"}).find("state=online") != std::string::npos; }));
        EXPECT_TRUE(turn_long_until(waiting, [&] { return std::all_of(sentinels.begin(), sentinels.end(), knows_all); }));
    }
    static bool knows_all(const std::unique_ptr<ValkeyServer>& sentinel) {
        const std::string known = sentinel->ask({"INFO", "sentinel"});
        return known.find("slaves=1,sentinels=3") != std::string::npos;
    }
    std::string url() const {
        // The first does not answer: the others are asked.
        std::string result = "redis://127.0.0.1:1";
        for (const auto& sentinel : sentinels) result += ",127.0.0.1:" + std::to_string(sentinel->port());
        return result + "?sentinel=main";
    }

    ValkeyServer primary{{"--repl-diskless-sync-delay", "0"}};
    ValkeyServer replica{{"--replicaof", "127.0.0.1 " + std::to_string(primary.port())}};
    std::array<std::unique_ptr<ValkeyServer>, 3> sentinels;
};

TEST_F(Sentinels, TheClientFollowsThemToTheNewPrimary) {
    Client client(impatient(url()));
    Heard heard;
    Entries entries;
    client.valkey->subscribe(Valkey::Subscription::Channel, "c", heard);
    client.valkey->read_stream("s", entries);
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1 && entries.readings == 1; }));
    EXPECT_TRUE(client.ask({"XADD", "s", "*", "f", "before"}));
    const auto replicas = client.ask({"WAIT", "1", "900"});
    ASSERT_TRUE(replicas) << replicas.error().detail;
    ASSERT_EQ(replicas->integer, 1);
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 1; }));

    primary.kill();
    std::optional<Result<Value>> answer;
    client.valkey->command_later({"XADD", "s", "*", "f", "after"}, [&](Result<Value> got) { answer = std::move(got); });
    ASSERT_TRUE(client.turn_until([&] { return answer.has_value(); }));
    if (!*answer) {
        // It was under way when the primary died.
        EXPECT_EQ(answer->error().code, ErrorCode::Closed);
        client.valkey->command_later({"XADD", "s", "*", "f", "after"});
    }
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 2; }));
    EXPECT_EQ(entries.values, (std::vector<std::string>{"before", "after"}));
    EXPECT_EQ(client.ask({"CONFIG", "GET", "port"})->elements[1].text, std::to_string(replica.port()));
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed >= 2; }));
    EXPECT_EQ(client.ask({"PUBLISH", "c", "x"})->integer, 1);
    EXPECT_TRUE(client.turn_until([&] { return heard.messages.size() == 1; }));
}

TEST_F(Sentinels, APrimaryThatBecomesAReplicaIsLeft) {
    Client client(impatient(url()));
    ASSERT_TRUE(client.turn_until([&] { return client.valkey->connected(); }));
    sentinels[0]->ask({"SENTINEL", "FAILOVER", "main"});
    const std::string wanted = std::to_string(replica.port());
    EXPECT_TRUE(client.turn_until([&] {
        const auto port = client.ask({"CONFIG", "GET", "port"});
        return port && (*port)[1].text == wanted;
    }));
    EXPECT_TRUE(client.turn_until([&] { return client.ask({"SET", "k", "v"}).has_value(); }));
}

TEST(Valkey, AWriteThatAReplicaRefusesWaitsForAPrimary) {
    ValkeyServer primary;
    ValkeyServer replica({"--replicaof", "127.0.0.1 " + std::to_string(primary.port())});
    Client client(impatient("redis://127.0.0.1:" + std::to_string(replica.port())));
    std::optional<Result<Value>> answer;
    client.valkey->command_later({"SET", "k", "v"}, [&](Result<Value> got) { answer = std::move(got); });
    ASSERT_TRUE(client.turn_until([&] { return client.valkey->stats().reconnects >= 2; }));
    EXPECT_FALSE(answer);
    ASSERT_EQ(replica.ask({"REPLICAOF", "NO", "ONE"}), "+OK\r\n");
    ASSERT_TRUE(client.turn_until([&] { return answer.has_value(); }));
    EXPECT_EQ((*answer)->text, "OK");
}

}  // namespace
}  // namespace sio::cluster
