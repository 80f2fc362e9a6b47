#include "desk/dashboard/dashboard.hpp"

#include <algorithm>
#include <future>
#include <optional>

#include "desk/delivery/homes.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::dashboard {
namespace {

using namespace std::chrono_literals;
using testing::person;

class DashboardTest : public testing::DeskTest {
protected:
    void begin() {
        guarded("/dashboard", Admission::Who::Admins);
        typing_.emplace(io(), limits_, 5s, bus_);
        LogSource source;
        source.rows = [](const std::string&, std::int64_t, const LogSource::Rows& done) { done(std::vector<EventRow>{}); };
        source.tops = [](const std::vector<std::string>& orgs, const LogSource::Tops& done) { done(std::vector<Cursor>(orgs.size())); };
        delivery_.emplace(io(), *typing_, std::move(source), log_);
        const auto attend = [this](std::string_view org, std::string_view) {
            const std::scoped_lock lock(mutex_);
            drawn_.emplace_back(org);
            return Attendance{PresenceStatus::Online, 0};
        };
        dashboard_.emplace(io(), *store_, *delivery_, attend, DashboardOptions{}, log_);
        start();
        for (const std::string org : {"acme", "other"}) {
            ASSERT_TRUE(store_
                            ->write_and_wait(org,
                                             [&](store::Transaction& tx) -> Result<int> {
                                                 tx.ensure(store::testing::person("ann", Role::Agent, {}, org));
                                                 return 0;
                                             })
                            .has_value());
        }
    }
    void TearDown() override {
        store_->stop();
        DeskTest::TearDown();
    }
    /// As if a row had been emitted and somebody had come.
    void happens(const std::string& org) {
        auto& home = home_loop(io(), org);
        std::promise<void> done;
        home.post([&] {
            EventRow row;
            row.org = org;
            row.name = "ticket:assigned";
            dashboard_->follow(row);
            dashboard_->presence_changed(org, "ann");
            done.set_value();
        });
        done.get_future().wait();
        dashboard_->touch(org, {Metric::Agents});
    }
    std::string get(const std::string& org, Metric metric) {
        std::promise<Result<std::string>> answer;
        dashboard_->get(org, metric, [&](Result<std::string> json) { answer.set_value(std::move(json)); });
        return answer.get_future().get().value();
    }
    /// How often the agents of an org were looked at.
    std::ptrdiff_t drawn(const std::string& org) {
        const std::scoped_lock lock(mutex_);
        return std::ranges::count(drawn_, org);
    }
    /// The metric of each packet up to the next of `last`.
    static std::vector<std::string> until(Client& client, std::string_view last) {
        std::vector<std::string> names;
        do {
            const std::string packet = client.receive();
            const auto from = packet.find("metrics:") + 8;
            names.push_back(packet.contains("metrics:") ? packet.substr(from, packet.find('"', from) - from) : packet);
        } while (names.back() != last && names.size() < 100);
        return names;
    }

    store::testing::TempStore store_;
    sio::NullLog log_;
    std::optional<Typing> typing_;
    std::optional<Delivery> delivery_;
    std::optional<Dashboard> dashboard_;

private:
    std::mutex mutex_;
    std::vector<std::string> drawn_;
};

TEST_F(DashboardTest, ShowsAllMetricsInTheirOrder) {
    begin();
    const auto client = join_as("/dashboard", person("dora", Role::Admin));
    std::vector<std::string> all;
    for (const Metric each : kAllMetrics) all.emplace_back(to_string(each));
    EXPECT_EQ(until(*client, all.back()), all);
}

TEST_F(DashboardTest, LooksAtNoOrgThatNobodyWatches) {
    begin();
    for (int i = 0; i < 10; ++i) happens("acme");
    EXPECT_EQ(drawn("acme"), 0);
    const auto client = join_as("/dashboard", person("dora", Role::Admin));
    until(*client, to_string(kAllMetrics.back()));
    const auto before = drawn("acme");
    EXPECT_GT(before, 0);
    for (int i = 0; i < 10; ++i) happens("other");
    happens("acme");
    until(*client, "agents");
    EXPECT_GT(drawn("acme"), before);
    EXPECT_EQ(drawn("other"), 0);
}

TEST_F(DashboardTest, AnswersForAnOrgThatNobodyWatchesAndForgetsIt) {
    begin();
    const std::string json = get("acme", Metric::Agents);
    EXPECT_TRUE(json.contains(R"("online":1)")) << json;
    const auto before = drawn("acme");
    happens("acme");
    EXPECT_TRUE(get("other", Metric::Agents).contains(R"("orgId":"other")"));
    EXPECT_EQ(drawn("acme"), before);
}

TEST_F(DashboardTest, IsOverWithTheLastOne) {
    begin();
    {
        const auto client = join_as("/dashboard", person("dora", Role::Admin));
        until(*client, to_string(kAllMetrics.back()));
        const auto other = join_as("/dashboard", person("dirk", Role::Admin));
        until(*other, to_string(kAllMetrics.back()));
        client->cut();
        other->cut();
    }
    const auto nobody = [this] { return io().of("/dashboard").socket_count() == 0; };
    const auto late = std::chrono::steady_clock::now() + 5s;
    while (!nobody() && std::chrono::steady_clock::now() < late) skip(1ms);
    ASSERT_TRUE(nobody());
    const auto before = drawn("acme");
    happens("acme");
    skip(3s);
    happens("acme");
    get("other", Metric::Agents);
    EXPECT_EQ(drawn("acme"), before);
}

}  // namespace
}  // namespace desk::dashboard
