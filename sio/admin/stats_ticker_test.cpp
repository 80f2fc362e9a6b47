#include "sio/admin/testing/fixture.hpp"

namespace sio::admin {
namespace {

using namespace std::chrono_literals;

class AdminStatsTicker : public testing::InstrumentedServer, public ::testing::WithParamInterface<unsigned> {
protected:
    void SetUp() override {
        options_.loops = GetParam();
        admin_.stats_interval = 1h;
        admin_.server_id = "one";
    }
    /// The next `server_stats`, made now.
    json::Value stats(sio::testing::Client& page) {
        skip(1h + 1s);
        text_ = next(page, "server_stats");
        const auto parsed = parser_.parse_copy(std::string_view(text_).substr(std::string_view("42/admin,").size()));
        EXPECT_TRUE(parsed.has_value()) << text_;
        return parsed ? parsed->at(1) : json::Value();
    }
    static std::int64_t count(json::Value stats, std::string_view type) {
        std::int64_t sum = 0;
        for (const auto change : stats["aggregatedEvents"].elements()) {
            if (change["type"].string() == type) sum += change["count"].integer().value_or(0);
        }
        return sum;
    }

    json::Parser parser_;
    std::string text_;
};

INSTANTIATE_TEST_SUITE_P(Loops, AdminStatsTicker, ::testing::Values(1U, 3U),
                         [](const auto& loops) { return loops.param == 1 ? std::string("OneLoop") : std::string("MultiLoop"); });

TEST_P(AdminStatsTicker, PagesAreToldAgainAndAgain) {
    start();
    auto page = enter();
    auto client = join();
    auto first = stats(*page);
    EXPECT_EQ(first["serverId"].string(), "one");
    EXPECT_TRUE(first["hostname"].is_string());
    EXPECT_GT(first["pid"].integer().value_or(0), 0);
    EXPECT_GE(first["uptime"].number().value_or(-1), 0);
    EXPECT_EQ(first["clientsCount"].integer(), 2);
    EXPECT_EQ(first["pollingClientsCount"].integer(), 0);
    EXPECT_EQ(count(first, "rawConnection"), 2);
    EXPECT_EQ(count(first, "rawDisconnection"), 0);
    EXPECT_GT(count(first, "bytesIn"), 0);
    EXPECT_GT(count(first, "bytesOut"), 0);
    ASSERT_EQ(first["namespaces"].size(), 2U);
    EXPECT_EQ(first["namespaces"].at(0)["name"].string(), "/");
    EXPECT_EQ(first["namespaces"].at(0)["socketsCount"].integer(), 1);
    EXPECT_EQ(first["namespaces"].at(1)["name"].string(), "/admin");

    EXPECT_TRUE(client->sync());
    const auto second = stats(*page);
    EXPECT_EQ(count(second, "rawConnection"), 0) << "what was told is not told again";
    EXPECT_EQ(count(second, "packetsIn"), 1);
}

TEST_P(AdminStatsTicker, ItEndsWithItsOwner) {
    start();
    auto page = enter();
    EXPECT_EQ(stats(*page)["clientsCount"].integer(), 1);
    instrument_.reset();
    skip(1h + 1s);
    page->send("41/admin,");
    page->send("40");
    EXPECT_TRUE(page->receive().starts_with("40{")) << "no statistics before it";
}

}  // namespace
}  // namespace sio::admin
