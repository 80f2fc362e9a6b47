#include "sio/cluster/valkey/cluster.hpp"

#include <gtest/gtest.h>

#include "sio/cluster/testing/client.hpp"
#include "sio/cluster/testing/valkey_cluster.hpp"

namespace sio::cluster {
namespace {

using testing::Client;
using testing::Entries;
using testing::Heard;
using testing::impatient;
using testing::ValkeyCluster;

/// A key, or channel, of that primary.
std::string name_on(std::size_t primary) {
    for (int i = 0;; ++i) {
        std::string name = "{" + std::to_string(i) + "}name";
        if (ValkeyCluster::place_of(slot_of(name)) == primary) return name;
    }
}

struct ValkeyClusters : ::testing::Test {
    ValkeyCluster cluster;
    Client client{impatient(cluster.url())};
    Heard heard;
    Entries entries;
};

TEST_F(ValkeyClusters, CommandsAndScriptsGoToTheNodeOfTheirKey) {
    static constexpr Script kAppend{"return redis.call('APPEND', KEYS[1], ARGV[1])"};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string key = name_on(i);
        const auto set = client.ask({"SET", key, "v"});
        ASSERT_TRUE(set) << set.error().detail;
        EXPECT_EQ(client.run(kAppend, {key}, {"w"})->integer, 2);
        EXPECT_EQ(cluster.primary(i).ask({"GET", key}), "$2\r\nvw\r\n");
    }
    EXPECT_TRUE(client.valkey->connected());
    EXPECT_EQ(client.valkey->stats().failures, 0u);
    EXPECT_EQ(client.valkey->stats().waiting_bytes, 0u);
}

TEST_F(ValkeyClusters, MessagesCrossNodesAndSubscribersAreCountedOverAll) {
    std::vector<std::unique_ptr<Client>> others;
    std::vector<Heard> ears(4);
    for (Heard& ear : ears) {
        others.push_back(std::make_unique<Client>(impatient(cluster.url())));
        others.back()->valkey->subscribe(Valkey::Subscription::Channel, "news", ear);
        ASSERT_TRUE(others.back()->turn_until([&] { return ear.subscribed == 1; }));
    }
    const auto count = client.ask({"PUBSUB", "NUMSUB", "news", "nobody"});
    ASSERT_TRUE(count) << count.error().detail;
    EXPECT_EQ((*count)[1].integer, 4);
    EXPECT_EQ((*count)[3].integer, 0);
    ASSERT_TRUE(client.ask({"PUBLISH", "news", "x"}));
    for (std::size_t i = 0; i < ears.size(); ++i) {
        EXPECT_TRUE(others[i]->turn_until([&] { return ears[i].messages.size() == 1; })) << i;
    }
    EXPECT_EQ(client.valkey->stats().waiting_bytes, 0u);
}

TEST_F(ValkeyClusters, EverythingFollowsASlotThatMoves) {
    const std::string name = name_on(1);
    const std::size_t slot = slot_of(name);
    client.valkey->subscribe(Valkey::Subscription::Shard, name, heard);
    client.valkey->read_stream(name, entries);
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1 && entries.readings == 1; }));
    ASSERT_TRUE(client.ask({"XADD", name, "*", "f", "1"}));
    EXPECT_EQ(client.ask({"SPUBLISH", name, "a"})->integer, 1);
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 1 && heard.messages.size() == 1; }));

    cluster.begin_move(slot, 1, 2);
    const std::string other = name.substr(0, name.find('}') + 1) + "other";  // in the same slot, not there yet: ASK
    ASSERT_TRUE(client.ask({"SET", other, "v"}));
    EXPECT_EQ(client.ask({"GET", other})->text, "v");
    cluster.finish_move(slot, 1, 2, {name});

    ASSERT_TRUE(client.ask({"XADD", name, "*", "f", "2"}));  // MOVED
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 2 && heard.subscribed == 2; }));
    EXPECT_EQ(entries.values, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(entries.gaps, 0);
    EXPECT_EQ(client.ask({"SPUBLISH", name, "b"})->integer, 1);
    EXPECT_TRUE(client.turn_until([&] { return heard.messages.size() == 2; }));
    EXPECT_EQ(client.valkey->stats().failures, 0u);
}

TEST_F(ValkeyClusters, AReplicaTakesOverFromAPrimaryThatDied) {
    const std::string name = name_on(0);
    client.valkey->subscribe(Valkey::Subscription::Shard, name, heard);
    client.valkey->read_stream(name, entries);
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1 && entries.readings == 1; }));
    ASSERT_TRUE(client.ask({"XADD", name, "*", "f", "1"}));
    ASSERT_EQ(client.ask({"WAIT", "1", "900"}).has_value(), true);
    ASSERT_TRUE(client.turn_until([&] { return entries.values.size() == 1; }));
    cluster.primary(0).kill();
    ASSERT_TRUE(client.turn_until([&] { return !client.valkey->connected(); }));
    std::optional<Result<Value>> answer;
    client.valkey->command_later({"XADD", name, "*", "f", "2"}, [&](Result<Value> got) { answer = std::move(got); });
    ASSERT_TRUE(client.turn_until([&] { return answer.has_value(); }));
    ASSERT_TRUE(answer->has_value()) << answer->error().detail;
    EXPECT_TRUE(client.turn_until([&] { return entries.values.size() == 2 && heard.subscribed == 2 && client.valkey->connected(); }));
    EXPECT_EQ(entries.values, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(client.ask({"SPUBLISH", name, "b"})->integer, 1);
}

}  // namespace
}  // namespace sio::cluster
