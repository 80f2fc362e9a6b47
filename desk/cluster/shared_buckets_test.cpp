#include "desk/cluster/shared_buckets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sio/cluster/testing/client.hpp"

namespace desk::cluster {
namespace {

using sio::cluster::testing::Client;
using sio::cluster::testing::impatient;
using sio::cluster::testing::ValkeyServer;
using ::testing::Each;
using ::testing::ElementsAre;
using Answers = std::vector<std::optional<std::int64_t>>;

// A token an hour: none comes back in a test.
constexpr RateLimit kThree{1, std::chrono::hours(1), 3};

struct BucketServer : Client {
    explicit BucketServer(const ValkeyServer& server, std::chrono::milliseconds patience = std::chrono::seconds(9))
        : Client(impatient(server.url())), buckets(*valkey, "b", patience) {
        EXPECT_TRUE(connect());
    }
    Answers take(int times, std::string_view user = "ann", const RateLimit& limit = kThree) {
        Answers got;
        for (int i = 0; i < times; ++i) buckets.take("acme", user, limit, [&](std::optional<std::int64_t> wait) { got.push_back(wait); });
        EXPECT_TRUE(turn_until([&] { return got.size() == static_cast<std::size_t>(times); }));
        return got;
    }
    SharedBuckets buckets;
};

TEST(SharedBuckets, CountOverAllServersAndEachUserForThemselves) {
    ValkeyServer server;
    BucketServer one(server);
    BucketServer two(server);
    EXPECT_THAT(one.take(2), Each(0));
    const auto rest = two.take(2);
    EXPECT_EQ(rest[0], 0);
    EXPECT_GT(rest[1].value(), 3'000'000);
    EXPECT_LE(rest[1].value(), 3'600'001);
    EXPECT_THAT(two.take(1, "bob"), ElementsAre(0));
}

TEST(SharedBuckets, TokensComeBackWithTime) {
    ValkeyServer server;
    BucketServer one(server);
    const RateLimit quick{1, std::chrono::milliseconds(20), 1};
    EXPECT_THAT(one.take(1, "ann", quick), ElementsAre(0));
    ASSERT_TRUE(one.turn_until([&] { return one.take(1, "ann", quick)[0] == 0; }));
}

TEST(SharedBuckets, NobodyWaitsForAValkeyThatIsAwayOrSlow) {
    ValkeyServer server;
    BucketServer one(server, std::chrono::milliseconds(50));
    server.freeze();
    const auto asked = std::chrono::steady_clock::now();
    EXPECT_THAT(one.take(3), Each(std::nullopt));
    EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::milliseconds(900));
    server.thaw();
    server.kill();
    ASSERT_TRUE(one.turn_until([&] { return !one.valkey->connected(); }));
    EXPECT_THAT(one.take(2), Each(std::nullopt));
}

}  // namespace
}  // namespace desk::cluster
