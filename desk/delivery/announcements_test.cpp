#include "desk/delivery/announcements.hpp"

#include <algorithm>
#include <optional>
#include <random>

#include "desk/cluster/announcement.hpp"
#include "desk/cluster/testing/test_bus.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/log.hpp"

namespace desk {
namespace {

using cluster::testing::TestBus;
using testing::person;
using Rows = std::vector<EventRow>;

/// The log that all servers share.
class SharedLog {
public:
    /// Rows for these staff rooms, as one commit.
    Rows commit(const std::vector<std::string>& audiences, const std::string& name = "ticket:updated") {
        const std::scoped_lock lock(mutex_);
        Rows commit;
        for (const auto& room : audiences) {
            EventRow row;
            row.org = "acme";
            row.seq = static_cast<std::int64_t>(rows_.size()) + 1;
            row.name = name;
            row.subject_kind = SubjectKind::Ticket;
            row.subject = "7";
            row.payload = R"({"seq":)" + std::to_string(row.seq) + "}";
            row.audience.staff_rooms = {room};
            rows_.push_back(row);
            commit.push_back(std::move(row));
        }
        return commit;
    }
    LogSource source() {
        return {.rows = [this](const std::string&, std::int64_t after, const LogSource::Rows& done) { done(after_seq(after)); },
                .tops = [this](const std::vector<std::string>& orgs,
                               const LogSource::Tops& done) { done(std::vector<Cursor>(orgs.size(), Cursor{"e", top()})); }};
    }
    std::int64_t top() const {
        const std::scoped_lock lock(mutex_);
        return static_cast<std::int64_t>(rows_.size());
    }

private:
    Rows after_seq(std::int64_t after) const {
        const std::scoped_lock lock(mutex_);
        return {rows_.begin() + std::min<std::ptrdiff_t>(after, std::ssize(rows_)), rows_.end()};
    }
    mutable std::mutex mutex_;
    Rows rows_;
};

/// One of the servers.
class Node final : public testing::DeskTest {
public:
    using Heard = std::vector<std::string>;

    Node(std::string name, SharedLog& log) : bus(std::move(name)) {
        guarded("/tickets");
        typing_.emplace(io(), limits_, std::chrono::seconds(5), bus_);
        delivery.emplace(io(), *typing_, log.source(), no_log_);
        announcements.emplace(io(), bus, *delivery, [this](const EventRow& row) { people.add(row.name); });
        start();
    }
    ~Node() override { io().close(); }
    void TestBody() override {}

    std::unique_ptr<Client> staff(const std::string& user) {
        auto client = join_as("/tickets", person(user, Role::Agent));
        delivery->follow("acme");
        settle();
        return client;
    }
    /// Waits until all that was posted to the home loop before is done, and what that posted.
    void settle() {
        for (int i = 0; i < 2; ++i) {
            std::promise<void> done;
            home_loop(io(), "acme").post([&] { done.set_value(); });
            done.get_future().get();
        }
    }
    void wrote(Rows rows) {
        announcements->tell(rows);
        delivery->committed(std::move(rows));
    }
    Heard heard(Client& client) {
        settle();
        home_loop(io(), "acme").post([this] { io().of("/tickets").emit("mark"); });
        Heard out;
        for (std::string message; !(message = client.receive()).starts_with(R"(42/tickets,["mark")") && !message.starts_with('<');)
            out.push_back(message);
        return out;
    }
    static std::string updated(std::int64_t seq) { return R"(42/tickets,["ticket:updated",{"seq":)" + std::to_string(seq) + "}]"; }

    TestBus bus;
    std::optional<Delivery> delivery;
    std::optional<Announcements> announcements;
    sio::testing::Journal people;

private:
    sio::NullLog no_log_;
    std::optional<Typing> typing_;
};

class DeliveryOverServers : public ::testing::Test {
protected:
    using Heard = Node::Heard;
    static constexpr auto updated = Node::updated;

    SharedLog log_;
    Node one_{"one", log_};
    Node two_{"two", log_};
};

TEST_F(DeliveryOverServers, BothTellTheirSocketsOfEitherOnesCommits) {
    auto ann = one_.staff("ann");
    auto bob = two_.staff("bob");
    one_.wrote(log_.commit({"staff", "staff"}));
    two_.bus.hear_all_of(one_.bus);
    two_.settle();
    two_.wrote(log_.commit({"staff"}));
    one_.bus.hear_all_of(two_.bus);
    EXPECT_EQ(one_.heard(*ann), (Heard{updated(1), updated(2), updated(3)}));
    EXPECT_EQ(two_.heard(*bob), (Heard{updated(1), updated(2), updated(3)}));
    EXPECT_EQ(two_.delivery->stats().heard_rows, 2U);
    EXPECT_EQ(two_.delivery->stats().read_rows, 0U) << "nothing had to be read";
}

TEST_F(DeliveryOverServers, WhatWasLostIsReadWithTheNextCommit) {
    auto bob = two_.staff("bob");
    one_.wrote(log_.commit({"staff"}));
    one_.bus.take();
    one_.wrote(log_.commit({"staff"}));
    two_.bus.hear_all_of(one_.bus);
    EXPECT_EQ(two_.heard(*bob), (Heard{updated(1), updated(2)}));
}

TEST_F(DeliveryOverServers, WhatWasLostIsReadWhenTheBusHadAGap) {
    auto bob = two_.staff("bob");
    one_.wrote(log_.commit({"staff"}));
    two_.bus.gap();
    EXPECT_EQ(two_.heard(*bob), Heard{updated(1)});
}

TEST_F(DeliveryOverServers, AnnouncementsOfAnotherVersionMakeItLookAtTheLog) {
    auto bob = two_.staff("bob");
    log_.commit({"staff"});
    two_.bus.say("x", {"insightdesk:log", "\x91\x07"});
    EXPECT_EQ(two_.heard(*bob), Heard{updated(1)});
    EXPECT_EQ(two_.announcements->stats().malformed, 1U);
}

TEST_F(DeliveryOverServers, OrgsWithNobodyHereAreNotFollowed) {
    one_.wrote(log_.commit({"staff"}));
    two_.bus.hear_all_of(one_.bus);
    two_.settle();
    EXPECT_EQ(two_.delivery->stats().heard_rows, 0U);
    auto bob = two_.staff("bob");
    one_.wrote(log_.commit({"staff"}));
    two_.bus.hear_all_of(one_.bus);
    EXPECT_EQ(two_.heard(*bob), Heard{updated(2)}) << "what was before is for clients' cursors";
}

TEST_F(DeliveryOverServers, WhatIsAboutPeopleIsToldOfOrgsWithNobodyHere) {
    one_.wrote(log_.commit({"staff"}, "session:revoked"));
    one_.wrote(log_.commit({"staff"}));
    two_.bus.hear_all_of(one_.bus);
    EXPECT_EQ(two_.people.wait(1), std::vector<std::string>{"session:revoked"});
}

TEST_F(DeliveryOverServers, OrgsThatAreKeptAreFollowedWithoutSockets) {
    SharedLog log;
    Node node("three", log);  // keep() is for before the start: what follows asks by follow() alone
    sio::testing::Journal started;
    node.delivery->follow("acme", [&](std::int64_t position) { started.add(std::to_string(position)); });
    EXPECT_EQ(started.wait(1), std::vector<std::string>{"0"});
    one_.wrote(log.commit({"staff"}));
    node.bus.hear_all_of(one_.bus);
    node.settle();
    EXPECT_EQ(node.delivery->stats().heard_rows, 1U);
}

/// What a bus may do to announcements: lose them, repeat them, change their order; and a server may end between commit and announcement.
class UnreliableBus {
public:
    explicit UnreliableBus(unsigned seed) : random_(seed) {}
    bool chance(unsigned percent) { return std::uniform_int_distribution<unsigned>(1, 100)(random_) <= percent; }
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

    void pick_up(Node& from) {
        for (auto& told : from.bus.take()) {
            if (chance(25)) continue;
            if (chance(25)) waiting_.push_back(told);
            waiting_.push_back(std::move(told));
        }
    }
    void deliver_some(Node& to, const std::string& from) {
        for (std::size_t n = below(4); n > 0 && !waiting_.empty(); --n) {
            const std::size_t at = below(std::min<std::size_t>(waiting_.size(), 5));
            to.bus.say(from, waiting_[at]);
            waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }

private:
    std::mt19937 random_;
    std::vector<TestBus::Told> waiting_;
};

class DeliveryOverAnUnreliableBus : public DeliveryOverServers, public ::testing::WithParamInterface<unsigned> {};

TEST_P(DeliveryOverAnUnreliableBus, EachSocketGetsItsRowsOnceAndInOrder) {
    auto ann = one_.staff("ann");
    auto bob = two_.staff("bob");
    UnreliableBus to_two(GetParam());
    UnreliableBus to_one(GetParam() + 1000);
    Heard wanted;
    for (int i = 0; i < 60; ++i) {
        Node& writer = to_one.chance(50) ? one_ : two_;
        const bool others = to_one.chance(30);  // rows that neither of them is told of
        auto rows = log_.commit(others ? std::vector<std::string>{"admins"} : std::vector<std::string>(to_one.below(3) + 1, "staff"));
        for (const EventRow& row : rows) {
            if (!others) wanted.push_back(updated(row.seq));
        }
        if (!to_one.chance(10)) writer.wrote(std::move(rows));
        to_two.pick_up(one_);
        to_one.pick_up(two_);
        to_two.deliver_some(two_, "one");
        to_one.deliver_some(one_, "two");
        if (to_one.chance(5)) one_.bus.gap();
    }
    one_.bus.gap();
    two_.bus.gap();
    EXPECT_EQ(one_.heard(*ann), wanted);
    EXPECT_EQ(two_.heard(*bob), wanted);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryOverAnUnreliableBus, ::testing::Range(1U, 31U));

}  // namespace
}  // namespace desk
