#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "sio/cluster/testing/client.hpp"
#include "sio/cluster/testing/relay.hpp"
#include "sio/cluster/testing/valkey_cluster.hpp"
#include "sio/cluster/valkey/slots.hpp"
#include "sio/runtime/testing/certificate.hpp"

namespace sio::cluster {
namespace {

using testing::Client;
using testing::Heard;
using testing::impatient;
using testing::Relay;
using testing::turn_long_until;
using testing::ValkeyCluster;
using testing::ValkeyServer;

std::shared_ptr<runtime::TlsContext> shown(const runtime::testing::Certificate& certificate) {
    return runtime::TlsContext::load(certificate.certificate_file(), certificate.key_file()).value();
}

/// A Sentinel and two primaries that talk TLS only, as far as a client can tell: it names them by the places where their TLS ends.
struct TlsSentinel : ::testing::Test {
    static std::string place(const Relay& relay) { return "127.0.0.1 " + std::to_string(relay.port()); }
    std::string url() const {
        return "rediss://localhost:" + std::to_string(to_sentinel.port()) + "?sentinel=main&ca=" + certificate.certificate_file();
    }
    /// From now on that is the primary, by the Sentinel's word.
    void name(const Relay& relay) {
        EXPECT_EQ(sentinel.ask({"SENTINEL", "REMOVE", "main"}), "+OK\r\n");
        EXPECT_EQ(sentinel.ask({"SENTINEL", "MONITOR", "main", "127.0.0.1", std::to_string(relay.port()), "1"}), "+OK\r\n");
    }

    runtime::testing::Certificate certificate{"localhost", "DNS:localhost,IP:127.0.0.1"};
    ValkeyServer first;
    ValkeyServer second;
    Relay to_first{first.port(), shown(certificate)};
    Relay to_second{second.port(), shown(certificate)};
    // It does not get through to them itself, and has to keep that to itself.
    ValkeyServer sentinel{
        ValkeyServer::Sentinel{{"sentinel monitor main " + place(to_first) + " 1", "sentinel down-after-milliseconds main 600000"}}};
    Relay to_sentinel{sentinel.port(), shown(certificate)};
};

TEST_F(TlsSentinel, IsAskedAndFollowedWithinTls) {
    Client client(impatient(url()));
    ASSERT_TRUE(client.connect());
    EXPECT_EQ(client.ask({"CONFIG", "GET", "port"})->elements[1].text, std::to_string(first.port()));
    name(to_second);
    to_first.cut();
    const std::string wanted = std::to_string(second.port());
    EXPECT_TRUE(client.turn_until([&] {
        const auto port = client.ask({"CONFIG", "GET", "port"});
        return port && port->elements[1].text == wanted;
    }));
}

TEST_F(TlsSentinel, APrimaryThatNobodyVouchesForIsNotTrusted) {
    const runtime::testing::Certificate strangers("localhost", "DNS:localhost,IP:127.0.0.1");
    const Relay impostor(second.port(), shown(strangers));
    name(impostor);
    Client client(impatient(url()));
    ASSERT_TRUE(client.turn_until([&] { return client.valkey->stats().reconnects >= 3; }));
    EXPECT_FALSE(client.valkey->connected());
    name(to_second);
    EXPECT_TRUE(client.connect());
}

/// The nodes of a cluster name themselves by the places where their TLS ends.
struct TlsCluster : ::testing::Test {
    TlsCluster() {
        for (std::size_t i = 0; i < relays.size(); ++i) {
            relays[i] = std::make_unique<Relay>(cluster.primary(i).port(), shown(certificate));
            cluster.primary(i).ask({"CONFIG", "SET", "cluster-announce-port", std::to_string(relays[i]->port())});
        }
        runtime::Loop waiting;
        EXPECT_TRUE(turn_long_until(waiting, [this] {
            return std::ranges::all_of(std::array<std::size_t, 3>{0, 1, 2}, [this](std::size_t i) { return knows_all(i); });
        }));
    }
    bool knows_all(std::size_t i) {
        const std::string nodes = cluster.primary(i).ask({"CLUSTER", "NODES"});
        return std::ranges::all_of(relays, [&](const auto& each) { return nodes.contains(':' + std::to_string(each->port()) + '@'); });
    }

    runtime::testing::Certificate certificate{"localhost", "DNS:localhost,IP:127.0.0.1"};
    ValkeyCluster cluster;
    std::array<std::unique_ptr<Relay>, 3> relays;
};

TEST_F(TlsCluster, EachNodeIsReachedWithinTls) {
    const std::string url = "rediss://127.0.0.1:" + std::to_string(relays[0]->port()) +
                            "?cluster=true&ca=" + certificate.certificate_file();
    Client client(impatient(url));
    Heard heard;
    client.valkey->subscribe(Valkey::Subscription::Shard, "news", heard);
    std::array<int, 3> keys{};
    for (int i = 0; keys[0] == 0 || keys[1] == 0 || keys[2] == 0; ++i) {
        const std::string key = "key-" + std::to_string(i);
        const std::size_t owner = ValkeyCluster::place_of(slot_of(key));
        const auto set = client.ask({"SET", key, "v"});
        ASSERT_TRUE(set) << set.error().detail;
        EXPECT_EQ(cluster.primary(owner).ask({"GET", key}), "$1\r\nv\r\n");
        ++keys[owner];
    }
    ASSERT_TRUE(client.turn_until([&] { return heard.subscribed == 1; }));
    EXPECT_EQ(client.ask({"SPUBLISH", "news", "x"})->integer, 1);
    EXPECT_TRUE(client.turn_until([&] { return heard.messages.size() == 1; }));
    relays[1]->cut();
    ASSERT_TRUE(client.turn_until([&] { return !client.valkey->connected(); })) << "there is no other way to it";
    relays[1]->mend();
    EXPECT_TRUE(client.connect());
}

}  // namespace
}  // namespace sio::cluster
