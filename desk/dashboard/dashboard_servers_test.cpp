#include <optional>
#include <string>
#include <vector>

#include "desk/cluster/leases.hpp"
#include "desk/cluster/valkey_bus.hpp"
#include "desk/dashboard/dashboard.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/command_test.hpp"
#include "sio/cluster/testing/client.hpp"
#include "sio/cluster/testing/relay.hpp"
#include "sio/runtime/testing/eventually.hpp"

namespace desk::dashboard {
namespace {

using namespace std::chrono_literals;
using sio::cluster::testing::impatient;
using sio::cluster::testing::Relay;
using sio::cluster::testing::ValkeyServer;
using sio::runtime::testing::eventually;
using testing::person;

// Later than whatever the store's clock comes to, and the same day.
constexpr std::int64_t kNowUs = 1'700'000'000'000'000 + 3'600'000'000;

/// One of the servers on a store and a Valkey, which it reaches by a link of its own. Everybody is online.
class Node final : public testing::DeskTest {
public:
    using Screen = std::unique_ptr<Client>;

    Node(const std::string& name, const ValkeyServer& valkey, store::testing::TempStore& store)
        : link(valkey.port()),
          store_(store),
          client_(io().loops().at(0), impatient("redis://127.0.0.1:" + std::to_string(link.port())), log_),
          valkey_bus_(client_),
          leases_(client_, {.server = name, .lease = 600ms, .renewal = 100ms}) {
        guarded("/dashboard", Admission::Who::Admins);
        typing_.emplace(io(), limits_, 5s, bus_);
        delivery_.emplace(io(), *typing_, empty_log(), log_);
        const DashboardOptions options{.cadence = {.interval = 20ms, .waiting_interval = 1h, .after_failure = 20ms},
                                       .now_us = [] { return kNowUs; }};
        const auto attend = [](std::string_view, std::string_view) { return Attendance{PresenceStatus::Online, 0}; };
        dashboard_.emplace(io(), *store_, *delivery_, attend, options, log_, Dashboard::Others{&valkey_bus_, &leases_});
        start();
    }
    ~Node() override {
        io().close();
        // What it asked comes back before it goes.
        (void)store_->read_and_wait("acme", [](const store::Snapshot&) -> Result<int> { return 0; });
    }
    void TestBody() override {}

    Screen open() { return join_as("/dashboard", person("dora", Role::Admin)); }
    /// As delivery tells every server of a row.
    void follow(const std::string& name) {
        home_loop(io(), "acme").post([this, name] {
            EventRow row;
            row.org = "acme";
            row.name = name;
            dashboard_->follow(row);
        });
    }
    bool reaches_valkey() const { return client_.connected(); }

    Relay link;

private:
    static LogSource empty_log() {
        return {.rows = [](const std::string&, std::int64_t, const LogSource::Rows& done) { done(std::vector<EventRow>{}); },
                .tops = [](const std::vector<std::string>& orgs, const LogSource::Tops& done) { done(std::vector<Cursor>(orgs.size())); }};
    }

    store::testing::TempStore& store_;
    sio::NullLog log_;
    sio::cluster::Valkey client_;
    cluster::ValkeyBus valkey_bus_;
    cluster::Leases leases_;
    std::optional<Typing> typing_;
    std::optional<Delivery> delivery_;
    std::optional<Dashboard> dashboard_;
};

class DashboardOnTwoServers : public ::testing::Test {
protected:
    void SetUp() override {
        // What is told before a server hears the others is lost on it.
        ASSERT_TRUE(eventually([&] { return valkey_.ask({"PUBSUB", "NUMSUB", "metrics"}).ends_with(":2\r\n"); }));
        add_agent();
    }
    /// One more, of whom all servers hear.
    void add_agent() {
        ASSERT_TRUE(store_
                        ->write_and_wait("acme",
                                         [&](store::Transaction& tx) -> Result<int> {
                                             tx.ensure(store::testing::person("agent-" + std::to_string(++agents_), Role::Agent));
                                             return 0;
                                         })
                        .has_value());
        for (Node* each : {&one_, &two_}) each->follow("user:updated");
    }
    /// The packet that shows all agents.
    std::string shown(const Node::Screen& screen) const {
        const std::string all = R"("online":)" + std::to_string(agents_) + ",";
        std::string packet;
        do packet = screen->receive();
        while (!packet.starts_with('<') && !(packet.contains("metrics:agents") && packet.contains(all)));
        return packet;
    }
    static std::int64_t rev(const std::string& packet) {
        const auto from = packet.find(R"("rev":)") + 6;
        return from < 6 ? 0 : std::stoll(packet.substr(from));
    }

    ValkeyServer valkey_;
    int agents_ = 0;
    // One reader: what is read after something else comes back after it.
    store::testing::TempStore store_{store::StoreOptions{.readers = 1}};
    Node one_{"one", valkey_, store_};
    Node two_{"two", valkey_, store_};
};

TEST_F(DashboardOnTwoServers, OneOfThemTellsTheWatchersOfBoth) {
    const auto here = one_.open();
    const auto there = two_.open();
    shown(here);
    shown(there);
    std::int64_t last = 0;
    for (int i = 0; i < 10; ++i) {
        add_agent();
        const std::string packet = shown(here);
        EXPECT_EQ(shown(there), packet);
        EXPECT_GT(rev(packet), last);
        last = rev(packet);
    }
}

TEST_F(DashboardOnTwoServers, WhoIsLeftTellsWhenTheOtherHasNobodyToTellAnyMore) {
    auto here = one_.open();
    const std::int64_t before = rev(shown(here));
    const auto there = two_.open();
    shown(there);
    here->cut();
    add_agent();
    const std::string packet = shown(there);
    EXPECT_GT(rev(packet), before);
    here = one_.open();
    shown(here);
    add_agent();
    EXPECT_EQ(shown(here), shown(there));
}

TEST_F(DashboardOnTwoServers, CutOffFromValkeyEachTellsItsOwnAndAfterwardsOneForAllAgain) {
    const auto here = one_.open();
    const auto there = two_.open();
    shown(here);
    std::int64_t last = rev(shown(there));
    for (Node* each : {&one_, &two_}) each->link.cut();
    ASSERT_TRUE(eventually([&] { return !one_.reaches_valkey() && !two_.reaches_valkey(); }));
    for (int i = 0; i < 3; ++i) {
        add_agent();
        shown(here);
        const std::int64_t next = rev(shown(there));
        EXPECT_GT(next, last);
        last = next;
    }
    for (Node* each : {&one_, &two_}) each->link.mend();
    ASSERT_TRUE(eventually([&] { return valkey_.ask({"PUBSUB", "NUMSUB", "metrics"}).ends_with(":2\r\n"); }));
    std::string one;
    std::string two;
    // Until the lease is out, both may lead.
    EXPECT_TRUE(eventually([&] {
        add_agent();
        one = shown(here);
        two = shown(there);
        return one == two;
    }));
    EXPECT_GT(rev(two), last);
}

TEST_F(DashboardOnTwoServers, WhoIsLeftTellsWhenTheOtherIsCutOff) {
    const auto here = one_.open();
    shown(here);
    const auto there = two_.open();
    const std::int64_t before = rev(shown(there));
    one_.link.cut();
    for (int i = 0; i < 3; ++i) {
        add_agent();
        shown(here);
        EXPECT_GT(rev(shown(there)), before);
    }
}

}  // namespace
}  // namespace desk::dashboard
