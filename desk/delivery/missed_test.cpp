#include "desk/delivery/missed.hpp"

#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk {
namespace {

using store::testing::person;

const Actor kAgent = person("alex", Role::Agent);

/// A log of three changes of ticket T-1 and one of T-2.
class MissedTest : public testing::DeskTest {
protected:
    void SetUp() override {
        for (const auto* ticket : {"T-1", "T-2", "T-1", "T-1"}) {
            const auto done = store_->write_and_wait("acme", [&](store::Transaction& tx) -> Result<int> {
                if (!tx.tickets().find(ticket)) {
                    Ticket made;
                    made.id = ticket;
                    made.org = "acme";
                    made.number = tx.next_ticket_number();
                    made.requester = tx.ensure(person("carla", Role::Customer));
                    tx.tickets().insert(made);
                }
                EventRow row;
                row.name = "ticket:updated";
                row.subject_kind = SubjectKind::Ticket;
                row.subject = ticket;
                row.audience.staff_rooms = {"staff"};
                row.payload = R"({"ticketId":")" + std::string(ticket) + "\"}";
                tx.append(std::move(row));
                return 0;
            });
            ASSERT_TRUE(done.has_value());
        }
    }
    Cursor top() {
        return store_->read_and_wait("acme", [](const store::Snapshot& snapshot) -> Result<Cursor> { return snapshot.log().position(); })
            .value();
    }
    std::string at(std::int64_t seq) { return to_string(Cursor{top().epoch, seq}); }
    Missed of(const std::string& since, std::string_view subject = "T-1", std::int64_t limit = 100) {
        return store_
            ->read_and_wait("acme",
                            [&](const store::Snapshot& snapshot) -> Result<Missed> {
                                return missed_of(snapshot, kAgent, since, snapshot.log().position(), Namespace::Tickets, subject, limit);
                            })
            .value();
    }
    static std::vector<std::int64_t> seqs(const Missed& missed) {
        std::vector<std::int64_t> out;
        for (const auto& event : missed.events) out.push_back(event.seq);
        return out;
    }
    using Seqs = std::vector<std::int64_t>;

    store::testing::TempStore store_;
};

TEST_F(MissedTest, IsAllThatCameAfterAPositionOfOneSubject) {
    EXPECT_EQ(seqs(of(at(0))), (Seqs{1, 3, 4}));
    EXPECT_EQ(seqs(of(at(1))), (Seqs{3, 4}));
    EXPECT_EQ(seqs(of(at(1), "T-2")), Seqs{2});
    EXPECT_EQ(seqs(of(at(4))), Seqs{});
    EXPECT_FALSE(of(at(4)).sync_required);
}

TEST_F(MissedTest, AnEventThatWasSeenIsAPositionToo) {
    const std::string seen = of(at(0)).events[1].event_id;
    EXPECT_EQ(seqs(of(seen)), Seqs{4});
}

TEST_F(MissedTest, NothingAskedIsNothingMissed) {
    EXPECT_EQ(seqs(of("")), Seqs{});
    EXPECT_FALSE(of("").sync_required);
    for (const auto* never_set : {"undefined", "null"}) EXPECT_EQ(given_since(never_set), "");
    EXPECT_EQ(given_since("a.1"), "a.1");
}

TEST_F(MissedTest, IsNeverAPart) {
    const Missed missed = of(at(0), "T-1", 2);
    EXPECT_TRUE(missed.events.empty());
    EXPECT_EQ(missed.sync_required, R"("reason":"TOO_MUCH_MISSED")");
}

TEST_F(MissedTest, PositionsThatAreNoneSayWhy) {
    EXPECT_EQ(of("rubbish").sync_required, R"("reason":"INVALID_CURSOR")");
    EXPECT_EQ(of("0123456789ab.1").sync_required, R"("reason":"EPOCH")");
    EXPECT_EQ(of(at(99)).sync_required, R"("reason":"FUTURE")");
}

TEST_F(MissedTest, ComesBeforeWhatWaitedAndThenItIsReady) {
    guarded("/tickets");
    start();
    auto ann = join_as("/tickets", testing::person("ann", Role::Agent));
    const Missed missed = of(at(3));
    RecoveryCounts counts;
    at_socket("ann", [&](sio::Socket& socket) {
        Pending pending;
        pending.rooms = {"room"};
        for (const std::int64_t seq : {4, 5}) {
            Pending::Held held;
            held.seq = seq;
            held.event = socket.nsp().encode("held", seq);
            pending.held.push_back(std::move(held));
        }
        catch_up(socket, missed, pending, {"epoch", 4}, true, counts);
        pending.overflow = true;
        catch_up(socket, missed, pending, {"epoch", 4}, true, counts);
    });
    EXPECT_TRUE(ann->receive().starts_with(R"(42/tickets,["ticket:updated",{)"));
    EXPECT_EQ(ann->receive(), R"(42/tickets,["held",5])") << "4 has been replayed";
    EXPECT_EQ(ann->receive(), R"(42/tickets,["sync:ready",{"cursor":"epoch.4"}])");
    EXPECT_EQ(ann->receive(), R"(42/tickets,["sync:required",{"reason":"TOO_MUCH_MISSED","cursor":"epoch.4"}])") << "and nothing of it";
    EXPECT_EQ(counts.of(Recovery::Complete), 1U);
    EXPECT_EQ(counts.of(Recovery::TooMuch), 1U);
    EXPECT_EQ(counts.events(), missed.events.size());
}

}  // namespace
}  // namespace desk
