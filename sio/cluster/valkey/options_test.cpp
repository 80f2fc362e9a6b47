#include "sio/cluster/valkey/options.hpp"

#include <gtest/gtest.h>

namespace sio::cluster {
namespace {

TEST(ValkeyUrl, NamesOneServer) {
    const auto options = ValkeyOptions::parse("redis://db.example").value();
    EXPECT_EQ(options.addresses, (std::vector<ValkeyAddress>{{"db.example", 6379}}));
    EXPECT_EQ(options.topology, ValkeyOptions::Topology::Single);
    EXPECT_FALSE(options.tls);
    EXPECT_TRUE(options.user.empty());
    EXPECT_EQ(ValkeyOptions::parse("valkey://db.example:7000/")->addresses.front().port, 7000);
}

TEST(ValkeyUrl, DecodesUserAndPassword) {
    const auto options = ValkeyOptions::parse("rediss://us%3aer:p%40ss%2Fw@db:7000?ca=%2Fetc%2Fca.pem").value();
    EXPECT_EQ(options.user, "us:er");
    EXPECT_EQ(options.password, "p@ss/w");
    EXPECT_EQ(options.tls_ca_file, "/etc/ca.pem");
    EXPECT_TRUE(options.tls);
    EXPECT_EQ(ValkeyOptions::parse("redis://:only@db")->password, "only");
    EXPECT_EQ(ValkeyOptions::parse("redis://:a/b@c@db")->password, "a/b@c");
}

TEST(ValkeyUrl, NamesSentinels) {
    const auto options = ValkeyOptions::parse("redis://a,b:27000,[::1]:27001?sentinel=main").value();
    EXPECT_EQ(options.topology, ValkeyOptions::Topology::Sentinel);
    EXPECT_EQ(options.sentinel_name, "main");
    EXPECT_EQ(options.addresses, (std::vector<ValkeyAddress>{{"a", 26379}, {"b", 27000}, {"::1", 27001}}));
}

TEST(ValkeyUrl, NamesNodesOfACluster) {
    const auto options = ValkeyOptions::parse("redis://a:7000,b:7001?cluster=true").value();
    EXPECT_EQ(options.topology, ValkeyOptions::Topology::Cluster);
    EXPECT_EQ(options.addresses.size(), 2u);
}

struct BadValkeyUrl : ::testing::TestWithParam<const char*> {};

TEST_P(BadValkeyUrl, IsRefusedWithoutTellingThePassword) {
    const auto options = ValkeyOptions::parse(GetParam());
    ASSERT_FALSE(options);
    EXPECT_EQ(options.error().code, ErrorCode::BadRequest);
    EXPECT_EQ(options.error().detail.find("secret"), std::string::npos) << options.error().detail;
}

INSTANTIATE_TEST_SUITE_P(All, BadValkeyUrl,
                         ::testing::Values("", "redis:", "http://db", "redis://", "redis://:secret@", "redis://secret@db",
                                           "redis://u:secret%4@db", "redis://u:secret%zz@db", "redis://u:secret@db:0",
                                           "redis://u:secret@db:65536", "redis://u:secret@db:1x", "redis://u:secret@db/3",
                                           "redis://u:secret@[::1", "redis://u:secret@[::1]x", "redis://db?secret=1",
                                           "redis://db?cluster=no", "redis://db?sentinel=", "redis://db?sentinel=a&cluster=true",
                                           "redis://a,,b", "redis://u:secret@db?ca=%"));

}  // namespace
}  // namespace sio::cluster
