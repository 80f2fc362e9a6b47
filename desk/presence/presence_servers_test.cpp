#include "desk/presence/presence.hpp"

#include <optional>
#include <string>
#include <vector>

#include "desk/cluster/testing/roll_server.hpp"
#include "desk/cluster/valkey_bus.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/presence/records.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/command_test.hpp"
#include "sio/cluster/testing/relay.hpp"
#include "sio/runtime/testing/eventually.hpp"

namespace desk::presence {
namespace {

using namespace std::chrono_literals;
using enum PresenceStatus;
using sio::cluster::testing::impatient;
using sio::cluster::testing::Relay;
using sio::cluster::testing::ValkeyServer;
using sio::runtime::testing::eventually;
using testing::person;
using Heard = std::vector<std::string>;

/// Short times, which a busy machine keeps all the same.
cluster::RollOptions quick(const std::string& server) {
    cluster::RollOptions options = cluster::testing::hasty(server);
    options.lease = 1'000ms;
    options.sweep = 100ms;
    options.handover = 2'500ms;
    return options;
}

/// One of the servers on a store and a Valkey, which it reaches by a link of its own.
class Node final : public testing::DeskTest {
public:
    Node(const std::string& name, const ValkeyServer& valkey, store::testing::TempStore& store)
        : link(valkey.port()),
          store_(store),
          client_(io().loops().at(0), impatient("redis://127.0.0.1:" + std::to_string(link.port())), log_),
          valkey_bus_(client_),
          roll_(std::in_place, client_, quick(name), log_) {
        for (const char* nsp : {"/tickets", "/presence"}) guarded(nsp);
        presence_.emplace(io(), *store_, identities_, limits_, PresenceOptions{.grace = 50ms, .short_grace = 50ms},
                          Presence::Cluster{valkey_bus_, &*roll_}, log_);
        roll_->begin();
        start();
    }
    ~Node() override {
        io().close();
        roll_.reset();
        // What it wrote and asked comes back before it goes.
        (void)store_->write_and_wait("acme", [](store::Transaction&) -> Result<int> { return 0; });
        (void)store_->read_and_wait("acme", [](const store::Snapshot&) -> Result<int> { return 0; });
    }
    void TestBody() override {}

    std::unique_ptr<Client> agent(const std::string& user) { return join_as("/tickets", person(user, Role::Agent)); }
    /// Somebody who sees how these people are there.
    std::unique_ptr<Client> watcher(std::initializer_list<const char*> users) {
        auto client = join_as("/presence", person("carla", Role::Customer));
        for (const char* user : users) enter(*client, "/presence", rooms::presence("acme", user));
        return client;
    }
    /// As `presence:status` does it.
    void choose(const std::string& user, PresenceStatus status) {
        const auto who = identity_from(person(user, Role::Agent));
        const auto set = store_->write_and_wait(
            "acme", [&](store::Transaction& tx) { return run(tx, who->actor, SetStatus{status, ++chosen_ms_}); });
        ASSERT_TRUE(set.has_value());
        presence_->chosen(who, *set, 0, [](const std::string&) {});
    }
    PresenceStatus status(const std::string& user) {
        std::promise<PresenceStatus> answer;
        home_loop(io(), "acme").post([&] { answer.set_value(presence_->status("acme", user)); });
        return answer.get_future().get();
    }
    /// What the client has been told by now.
    Heard heard(Client& client) {
        home_loop(io(), "acme").post([this] { io().of("/presence").local().emit("mark"); });
        Heard out;
        for (std::string packet; !(packet = client.receive()).contains(R"(["mark")") && !packet.starts_with('<');)
            out.push_back(told(packet));
        return out;
    }
    static std::string next(Client& client) { return told(client.receive()); }

    bool in_touch() const { return roll_->stats().in_touch; }
    void stop_in_peace() {
        presence_->hand_over();
        roll_->hand_over();
        io().close();
    }

    Relay link;

private:
    /// `bob online`
    static std::string told(const std::string& packet) {
        const auto value = [&](std::string_view name) {
            const auto from = packet.find("\"" + std::string(name) + "\":\"") + name.size() + 4;
            return packet.substr(from, packet.find('"', from) - from);
        };
        return packet.contains("presence:update") ? value("userId") + " " + value("status") : packet;
    }

    store::testing::TempStore& store_;
    sio::NullLog log_;
    sio::cluster::Valkey client_;
    cluster::ValkeyBus valkey_bus_;
    std::optional<cluster::Roll> roll_;
    std::optional<Presence> presence_;
    static inline std::int64_t chosen_ms_ = 1'700'000'000'000;
};

class PresenceOnTwoServers : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(eventually([&] { return one_.in_touch() && two_.in_touch(); }));
    }
    /// What the store has of those who are there or have set something.
    std::vector<Record> written() {
        (void)store_->write_and_wait("acme", [](store::Transaction&) -> Result<int> { return 0; });
        return store_
            ->read_and_wait("acme", [](const store::Snapshot& s) -> Result<std::vector<Record>> { return remembered(s.session()); })
            .value();
    }

    ValkeyServer valkey_;
    // One reader: what is read after something else comes back after it.
    store::testing::TempStore store_{store::StoreOptions{.readers = 1}};
    Node one_{"one", valkey_, store_};
    Node two_{"two", valkey_, store_};
};

TEST_F(PresenceOnTwoServers, WhoIsOnAnyOfThemIsThereUntilTheLastConnectionOfAll) {
    const auto here = one_.watcher({"ann", "bob"});
    const auto there = two_.watcher({"ann", "bob"});
    const auto bob = one_.agent("bob");
    for (const auto* each : {&here, &there}) EXPECT_EQ(Node::next(**each), "bob online");
    const auto tab = two_.agent("bob");
    const auto ann = one_.agent("ann");
    for (const auto* each : {&here, &there}) EXPECT_EQ(Node::next(**each), "ann online");
    bob->cut();
    ann->cut();
    // Bob's grace would be over before ann's.
    for (const auto* each : {&here, &there}) EXPECT_EQ(Node::next(**each), "ann offline");
    EXPECT_EQ(one_.status("bob"), Online);
    EXPECT_EQ(two_.status("bob"), Online);
    tab->cut();
    for (const auto* each : {&here, &there}) EXPECT_EQ(Node::next(**each), "bob offline");
    EXPECT_TRUE(eventually([&] { return written().empty(); }));
}

TEST_F(PresenceOnTwoServers, WhatSomebodySetsIsKnownOnAllAlsoWhenNobodyHeardOfIt) {
    const auto watcher = two_.watcher({"bob"});
    const auto bob = one_.agent("bob");
    EXPECT_EQ(Node::next(*watcher), "bob online");
    one_.choose("bob", Busy);
    EXPECT_EQ(Node::next(*watcher), "bob busy");
    two_.link.cut();
    ASSERT_TRUE(eventually([&] { return !two_.in_touch(); }));
    one_.choose("bob", Away);
    ASSERT_TRUE(eventually([&] { return one_.status("bob") == Away; }));
    EXPECT_EQ(two_.heard(*watcher), Heard{});
    two_.link.mend();
    EXPECT_EQ(Node::next(*watcher), "bob away");
}

TEST_F(PresenceOnTwoServers, OfAServerThatDiesPeopleAreOfflineAndOfOneThatIsBackTheyAreThere) {
    const auto here = one_.watcher({"bob"});
    const auto there = two_.watcher({"bob"});
    const auto bob = one_.agent("bob");
    for (const auto* each : {&here, &there}) EXPECT_EQ(Node::next(**each), "bob online");
    one_.link.cut();
    EXPECT_EQ(Node::next(*there), "bob offline");
    EXPECT_TRUE(eventually([&] { return written().empty(); })) << "written down by one who is left";
    EXPECT_EQ(one_.heard(*here), Heard{}) << "whoever is cut off leaves everybody as they were";
    one_.link.mend();
    EXPECT_EQ(Node::next(*there), "bob online");
    EXPECT_EQ(one_.heard(*here), Heard{});
}

TEST_F(PresenceOnTwoServers, OfAServerThatStopsInPeaceWhoComesBackWasNeverAway) {
    const auto watcher = two_.watcher({"ann", "bob"});
    const auto ann = one_.agent("ann");
    EXPECT_EQ(Node::next(*watcher), "ann online");
    const auto bob = one_.agent("bob");
    EXPECT_EQ(Node::next(*watcher), "bob online");
    ASSERT_TRUE(eventually([&] { return one_.status("ann") == Online && one_.status("bob") == Online; })) << "heard there, too";
    one_.stop_in_peace();
    const auto records = written();
    EXPECT_EQ(records.size(), 2U);
    for (const Record& each : records) EXPECT_EQ(each.here, Here::HandedOver) << each.user;
    const auto back = two_.agent("bob");
    EXPECT_EQ(Node::next(*watcher), "ann offline") << "after the time for coming back";
    EXPECT_EQ(two_.heard(*watcher), Heard{});
    EXPECT_EQ(two_.status("bob"), Online);
}

}  // namespace
}  // namespace desk::presence
