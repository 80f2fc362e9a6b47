#include "desk/store/replay.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

using testing::person;
using testing::TempStore;

const Actor kAgent = person("alex", Role::Agent, {"t1"});
const Actor kCustomer = person("carla", Role::Customer);

class ReplayTest : public ::testing::Test {
protected:
    /// A ticket of carla's in `team` in an org of team visibility.
    void add_ticket(const std::string& id, const std::string& team) {
        ASSERT_TRUE(store_
                        ->write_and_wait("acme",
                                         [&](Transaction& tx) -> Result<int> {
                                             tx.ensure(kCustomer);
                                             Org org = *tx.orgs().find();
                                             org.visibility = AgentScope::Team;
                                             tx.orgs().save(org);
                                             Ticket t;
                                             t.id = id;
                                             t.number = tx.next_ticket_number();
                                             t.org = "acme";
                                             t.requester = kCustomer.ref();
                                             t.team = team;
                                             tx.tickets().insert(t);
                                             return 0;
                                         })
                        .has_value());
    }

    void move(const std::string& id, const std::string& team) {
        ASSERT_TRUE(store_
                        ->write_and_wait("acme",
                                         [&](Transaction& tx) -> Result<int> {
                                             Ticket before = *tx.tickets().find(id);
                                             Ticket after = before;
                                             after.team = team;
                                             tx.tickets().update(after);
                                             EventRow row = row_of("ticket:updated", id);
                                             const AccessRules rules = tx.orgs().rules();
                                             row.access = AccessChange{
                                                 access_of(before, rules), access_of(after, rules), {}, R"({"accessLost":true})"};
                                             row.access->lists_before.staff_rooms = {"team:" + *before.team + ":staff"};
                                             tx.append(std::move(row));
                                             return 0;
                                         })
                        .has_value());
    }

    static EventRow row_of(std::string name, const std::string& ticket) {
        EventRow row;
        row.name = std::move(name);
        row.subject_kind = SubjectKind::Ticket;
        row.subject = ticket;
        row.payload = R"({"for":"staff"})";
        row.customers = Customers::Own;
        row.customer_payload = R"({"for":"customers"})";
        return row;
    }

    void append(EventRow row) {
        ASSERT_TRUE(store_
                        ->write_and_wait("acme",
                                         [&](Transaction& tx) -> Result<int> {
                                             tx.append(std::move(row));
                                             return 0;
                                         })
                        .has_value());
    }

    Replay read(const Actor& actor, ReplayWanted wanted = {}) {
        return store_
            ->read_and_wait("acme",
                            [&](const Snapshot& s) -> Result<Replay> {
                                if (wanted.up_to == 0) wanted.up_to = s.log().position().seq;
                                return replay(s, actor, wanted);
                            })
            .value();
    }

    TempStore store_;
};

TEST_F(ReplayTest, EachRoleGetsItsProjection) {
    add_ticket("T", "t1");
    append(row_of("ticket:updated", "T"));
    EventRow note = row_of("ticket:message", "T");
    note.customers = Customers::Nothing;
    append(note);
    EXPECT_EQ(read(kAgent).events.size(), 2U);
    const auto seen = read(kCustomer);
    ASSERT_EQ(seen.events.size(), 1U);
    EXPECT_NE(seen.events[0].payload.find(R"("for":"customers")"), std::string::npos);
    EXPECT_NE(seen.events[0].payload.find(seen.events[0].event_id), std::string::npos);
    EXPECT_TRUE(read(person("eve", Role::Customer)).events.empty());
}

TEST_F(ReplayTest, ALostTicketIsOneNoticeAndNothingElse) {
    add_ticket("T", "t1");
    append(row_of("ticket:updated", "T"));
    move("T", "t2");
    append(row_of("ticket:message", "T"));
    const auto seen = read(kAgent);
    ASSERT_EQ(seen.events.size(), 1U);
    EXPECT_EQ(seen.events[0].seq, 2);
    EXPECT_NE(seen.events[0].payload.find("accessLost"), std::string::npos);
    EXPECT_EQ(read(person("bo", Role::Agent, {"t2"})).events.size(), 3U);
}

TEST_F(ReplayTest, ALimitStopsAndSaysSo) {
    add_ticket("T", "t1");
    for (int i = 0; i < 5; ++i) append(row_of("ticket:updated", "T"));
    ReplayWanted wanted;
    wanted.limit = 3;
    const auto first = read(kAgent, wanted);
    EXPECT_EQ(first.events.size(), 3U);
    EXPECT_TRUE(first.more);
    wanted.after = first.up_to;
    const auto rest = read(kAgent, wanted);
    EXPECT_EQ(rest.events.size(), 2U);
    EXPECT_EQ(rest.events[0].seq, 4);
    EXPECT_FALSE(rest.more);
    EXPECT_EQ(rest.up_to, 5);
    wanted.after = 0;
    wanted.max_rows = 2;
    EXPECT_EQ(read(kAgent, wanted).up_to, 2);
}

TEST_F(ReplayTest, ASocketGetsWhatItsRoomsGet) {
    add_ticket("T", "t1");
    EventRow listed = row_of("ticket:updated", "T");
    listed.audience.staff_rooms = {"admins", "team:t1:staff"};
    append(listed);
    EventRow message = row_of("ticket:message", "T");
    message.audience.staff_rooms = {"ticket:T:staff"};
    append(message);
    ReplayWanted wanted;
    wanted.joined.emplace();
    EXPECT_EQ(read(kAgent, wanted).events.size(), 1U);
    wanted.joined->insert("T");
    EXPECT_EQ(read(kAgent, wanted).events.size(), 2U);
    wanted.subject = "other";
    EXPECT_TRUE(read(kAgent, wanted).events.empty());
}

TEST_F(ReplayTest, NotificationsAreTheirUsersOwn) {
    EventRow row;
    row.name = "notification";
    row.subject_kind = SubjectKind::User;
    row.subject = "alex";
    row.audience.users = {"alex"};
    row.payload = "{}";
    row.unread = UnreadCount{1, 1};
    append(row);
    ReplayWanted wanted;
    wanted.nsp = Namespace::Notifications;
    const auto seen = read(kAgent, wanted);
    ASSERT_EQ(seen.events.size(), 1U);
    EXPECT_EQ(seen.events[0].unread, (UnreadCount{1, 1}));
    EXPECT_TRUE(read(kCustomer, wanted).events.empty());
}

}  // namespace
}  // namespace desk::store
