#include "desk/delivery/delivery.hpp"

#include <deque>
#include <optional>

#include "desk/delivery/homes.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"

namespace desk {
namespace {

using testing::person;
using Rows = std::vector<EventRow>;

EventRow row(std::int64_t seq, std::string name = "ticket:updated") {
    EventRow out;
    out.org = "acme";
    out.seq = seq;
    out.name = std::move(name);
    out.subject_kind = SubjectKind::Ticket;
    out.subject = "7";
    out.payload = R"({"seq":)" + std::to_string(seq) + "}";
    out.audience.staff_rooms = {"staff"};
    return out;
}

class DeliveryTest : public testing::DeskTest {
protected:
    using Answer = std::function<void(std::optional<Rows>)>;

    void begin() {
        tickets_ = &guarded("/tickets");
        guarded("/chat");
        guarded("/notifications");
        typing_.emplace(io(), limits_, std::chrono::seconds(5), bus_);
        LogSource source;
        source.rows = [this](const std::string& org, std::int64_t after, Answer answer) {
            {
                const std::scoped_lock lock(asked_mutex_);
                asked_.push_back(std::move(answer));
            }
            reads_.add(org + ">" + std::to_string(after));
        };
        source.tops = [this](const std::vector<std::string>& orgs, const LogSource::Tops& done) {
            for (const auto& org : orgs) top_reads_.add(org);
            const std::scoped_lock lock(asked_mutex_);
            if (tops_wait_) {
                top_questions_.push_back(done);
            } else if (top_) {
                done(std::vector<Cursor>(orgs.size(), *top_));
            } else {
                done(std::nullopt);
            }
        };
        delivery_.emplace(io(), *typing_, std::move(source), log_);
        tickets_->on("where", [this](sio::Socket& socket, const sio::Event&) {
            delivery_->position(socket, [](sio::Socket& there, const Cursor& cursor) { there.emit("at", to_string(cursor)); });
        });
        start();
    }
    void commit(std::initializer_list<std::int64_t> seqs) {
        Rows rows;
        for (const auto seq : seqs) rows.push_back(row(seq));
        delivery_->committed(std::move(rows));
    }
    /// Answers the oldest question to the log.
    void log_says(std::optional<Rows> rows) {
        Answer answer;
        {
            const std::scoped_lock lock(asked_mutex_);
            ASSERT_FALSE(asked_.empty());
            answer = std::move(asked_.front());
            asked_.pop_front();
        }
        answer(std::move(rows));
    }
    /// What /tickets has sent the client up to now, without the packets' head.
    std::vector<std::string> heard(Client& client, std::string_view nsp = "/tickets") {
        // After all that was committed on its home loop, and after what that gave to the other loops.
        auto& home = home_loop(io(), "acme");
        ++marks_;
        home.post([this, mark = marks_, nsp = std::string(nsp)] { io().of(nsp).emit("mark", mark); });
        const std::string head = "42" + std::string(nsp) + ",";
        std::vector<std::string> out;
        for (;;) {
            auto message = client.receive();
            if (message == head + R"(["mark",)" + std::to_string(marks_) + "]" || message.starts_with('<')) return out;
            if (message.starts_with(head + R"(["mark")")) continue;  // another client's
            out.push_back(message.starts_with(head) ? message.substr(head.size()) : message);
        }
    }
    static std::string updated(std::int64_t seq) { return R"(["ticket:updated",{"seq":)" + std::to_string(seq) + "}]"; }
    using Heard = std::vector<std::string>;

    void log_stands_at(std::optional<Cursor> top) {
        const std::scoped_lock lock(asked_mutex_);
        top_ = std::move(top);
    }
    /// The answer of `position` to a socket.
    static std::string where(Client& client) {
        client.send(R"(42/tickets,["where"])");
        return client.receive();
    }
    static std::string at(const std::string& cursor) { return R"(42/tickets,["at",")" + cursor + "\"]"; }

    sio::Namespace* tickets_ = nullptr;
    sio::NullLog log_;
    sio::testing::Journal reads_;
    std::mutex asked_mutex_;
    std::deque<Answer> asked_;
    sio::testing::Journal top_reads_;
    std::optional<Cursor> top_;  ///< none: the store cannot say
    bool tops_wait_ = false;     ///< for the test to answer `top_questions_`
    std::deque<LogSource::Tops> top_questions_;
    int marks_ = 0;
    std::optional<Typing> typing_;
    std::optional<Delivery> delivery_;
};

TEST_F(DeliveryTest, EmitsEachRowOnceInOrder) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({1});
    commit({2, 3});
    commit({2});
    commit({1, 2, 3, 4});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(2), updated(3), updated(4)}));
    EXPECT_TRUE(asked_.empty());
}

TEST_F(DeliveryTest, TheFirstRowSinceTheStartNeedsNoneBeforeIt) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({4711});
    EXPECT_EQ(heard(*ann), Heard{updated(4711)});
}

TEST_F(DeliveryTest, MeasuresEachRowFromItsCommitToItsEmission) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    const auto measured = [this] {
        std::uint64_t rows = 0;
        const auto& seconds = delivery_->stats().emit_seconds;
        for (std::size_t range = 0; range <= seconds.size(); ++range) rows += seconds.count(range);
        return rows;
    };
    commit({1, 2});
    commit({4});
    heard(*ann);
    EXPECT_EQ(measured(), 2U) << "what waits behind a hole is not emitted yet";
    commit({3});
    heard(*ann);
    EXPECT_EQ(measured(), 4U);
}

TEST_F(DeliveryTest, ReadsTheLogOnAHole) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({1});
    commit({4});
    commit({5});
    EXPECT_EQ(reads_.wait(1), Heard{"acme>1"});
    EXPECT_EQ(heard(*ann), Heard{updated(1)});
    log_says(Rows{row(2), row(3), row(4), row(5)});
    EXPECT_EQ(heard(*ann), (Heard{updated(2), updated(3), updated(4), updated(5)}));
    EXPECT_TRUE(asked_.empty()) << "asked once";
}

TEST_F(DeliveryTest, RowsThatWereOvertakenFillTheHoleThemselves) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({1});
    commit({3});
    commit({2});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(2), updated(3)}));
    log_says(Rows{row(2), row(3)});
    commit({4});
    EXPECT_EQ(heard(*ann), Heard{updated(4)}) << "the late answer repeats nothing";
}

TEST_F(DeliveryTest, AnswersOfTheLogMayComeInPages) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({1});
    commit({6});
    reads_.wait(1);
    log_says(Rows{row(2), row(3)});
    EXPECT_EQ(reads_.wait(2), (Heard{"acme>1", "acme>3"}));
    log_says(Rows{row(4), row(5), row(6)});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(2), updated(3), updated(4), updated(5), updated(6)}));
}

TEST_F(DeliveryTest, DoesNotWaitForWhatTheLogHasNot) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({1});
    commit({4});
    reads_.wait(1);
    log_says(Rows{row(4), row(5)});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(4), updated(5)}));
    commit({8});
    reads_.wait(2);
    log_says(Rows{});
    EXPECT_EQ(heard(*ann), Heard{updated(8)});
    EXPECT_EQ(reads_.wait(2).size(), 2U);
}

TEST_F(DeliveryTest, AsksALogAgainThatCouldNotBeRead) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({1});
    commit({3});
    reads_.wait(1);
    log_says(std::nullopt);
    skip(std::chrono::seconds(1));
    EXPECT_EQ(reads_.wait(2), (Heard{"acme>1", "acme>1"}));
    log_says(Rows{row(2), row(3)});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(2), updated(3)}));
}

TEST_F(DeliveryTest, OrgsHaveSequencesOfTheirOwnAndHearNothingOfEachOther) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    auto eve = join_as("/tickets", person("eve", Role::Admin, {}, "other"));
    commit({1});
    EventRow theirs = row(90);
    theirs.org = "other";
    delivery_->committed({theirs});
    commit({2});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(2)}));
    EXPECT_EQ(heard(*eve), Heard{updated(90)});
}

TEST_F(DeliveryTest, EachGetsTheProjectionOfTheirRole) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent), rooms::ticket_staff("acme", "7"));
    auto carla = join_as("/tickets", person("carla", Role::Customer), rooms::ticket_customers("acme", "7"));
    EventRow own = row(1);
    own.audience.staff_rooms = {"ticket:7:staff"};
    own.audience.customer_rooms = {"ticket:7:customers"};
    own.customers = Customers::Own;
    own.customer_payload = R"({"for":"customers"})";
    EventRow same = own;
    same.seq = 2;
    same.payload = R"({"seq":2})";
    same.customers = Customers::Same;
    EventRow internal = same;
    internal.seq = 3;
    internal.payload = R"({"seq":3})";
    internal.customers = Customers::Nothing;
    internal.audience.users = {"carla"};
    delivery_->committed({own, same, internal});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(2), updated(3)}));
    EXPECT_EQ(heard(*carla), (Heard{R"(["ticket:updated",{"for":"customers"}])", updated(2)}));
}

TEST_F(DeliveryTest, ASocketInSeveralRoomsGetsARowOnce) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent, {"t1"}), rooms::ticket_staff("acme", "7"));
    auto carla = join_as("/tickets", person("carla", Role::Customer), rooms::ticket_customers("acme", "7"));
    EventRow many = row(1);
    many.audience = {.staff_rooms = {"staff", "team:t1:staff", "ticket:7:staff"},
                     .customer_rooms = {"ticket:7:customers"},
                     .shared_rooms = {},
                     .users = {"ann"},
                     .customer_users = {"carla"}};
    delivery_->committed({many});
    EXPECT_EQ(heard(*ann), Heard{updated(1)});
    EXPECT_EQ(heard(*carla), Heard{updated(1)});
}

TEST_F(DeliveryTest, UsersNamedAsCustomersAreToldOnlyAsCustomers) {
    begin();
    auto carla = join_as("/tickets", person("carla", Role::Customer));
    auto bob = join_as("/tickets", person("bob", Role::Agent));
    EventRow asked = row(1);
    asked.audience = {};
    asked.audience.staff_rooms = {"admins"};
    asked.audience.customer_users = {"carla", "bob"};
    EventRow only = row(2);
    only.audience = {};
    only.audience.customer_users = {"carla"};
    delivery_->committed({asked, only});
    EXPECT_EQ(heard(*carla), (Heard{updated(1), updated(2)}));
    EXPECT_EQ(heard(*bob), Heard{}) << "an agent who asked, and may not see the ticket";
}

TEST_F(DeliveryTest, ARowForNobodyIsForNobody) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Admin));
    EventRow nobody = row(1);
    nobody.audience = {};
    delivery_->committed({nobody});
    EXPECT_EQ(heard(*ann), Heard{});
}

TEST_F(DeliveryTest, WhoLosesAccessIsPutOutBeforeTheEvent) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent), rooms::ticket_staff("acme", "7"));
    auto bob = join_as("/tickets", person("bob", Role::Agent), rooms::ticket_staff("acme", "7"));
    auto lists = join_as("/tickets", person("bob", Role::Agent));
    const AccessRules rules{AgentScope::Assigned, false};
    EventRow moved = row(1, "ticket:assigned");
    moved.audience = {};
    moved.audience.staff_rooms = {"admins", "ticket:7:staff"};
    moved.audience.users = {"ann"};
    moved.access.emplace();
    TicketAccess access{.requester = "carla", .assignee = "bob", .team = {}, .participants = {}, .company = {}, .rules = rules};
    moved.access->before = access;
    access.assignee = "ann";
    moved.access->after = access;
    moved.access->lists_before.users = {"bob"};
    moved.access->lost_payload = R"({"accessLost":true})";
    EventRow next = row(2);
    next.audience = {};
    next.audience.staff_rooms = {"ticket:7:staff"};
    delivery_->committed({moved, next});
    EXPECT_EQ(heard(*ann), (Heard{R"(["ticket:assigned",{"seq":1}])", updated(2)}));
    EXPECT_EQ(heard(*bob),
              (Heard{R"(["ticket:unsubscribed",{"ticketId":"7","reason":"ACCESS_LOST"}])", R"(["ticket:updated",{"accessLost":true}])"}));
    EXPECT_EQ(heard(*lists), Heard{R"(["ticket:updated",{"accessLost":true}])"}) << "had it in a list only";
}

TEST_F(DeliveryTest, TheAuthorsTypingEndsBeforeTheirMessage) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent), rooms::ticket_staff("acme", "7"));
    auto bob = join_as("/tickets", person("bob", Role::Agent), rooms::ticket_staff("acme", "7"));
    typing_->started({TypingPlace::Kind::Ticket, "acme", "7"}, identity_from(person("bob", Role::Agent)), handle_of("bob"), false);
    EventRow message = row(1, "ticket:message");
    message.author = "bob";
    delivery_->committed({message});
    EXPECT_EQ(heard(*ann), (Heard{R"(["ticket:typing",{"ticketId":"7","user":{"id":"bob","name":"Name of bob","avatarUrl":null,)"
                                  R"("role":"agent"}}])",
                                  R"(["ticket:stopTyping",{"ticketId":"7","userId":"bob"}])", R"(["ticket:message",{"seq":1}])"}));
    EXPECT_EQ(heard(*bob), Heard{R"(["ticket:message",{"seq":1}])"});
}

TEST_F(DeliveryTest, NotificationsAreFollowedByTheCount) {
    begin();
    auto ann = join_as("/notifications", person("ann", Role::Agent));
    auto bob = join_as("/notifications", person("bob", Role::Agent));
    EventRow note = row(1, "notification");
    note.subject_kind = SubjectKind::User;
    note.subject = "ann";
    note.audience = {};
    note.audience.users = {"ann"};
    note.unread = UnreadCount{.unread = 3, .rev = 9};
    delivery_->committed({note});
    EXPECT_EQ(heard(*ann, "/notifications"), (Heard{R"(["notification",{"seq":1}])", R"(["notification:count",{"unread":3,"rev":9}])"}));
    EXPECT_EQ(heard(*bob, "/notifications"), Heard{});
}

TEST_F(DeliveryTest, EventsOfNamespacesThatAreNotThereAreDropped) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Admin));
    delivery_->committed({row(1, "metrics:update"), row(2)});
    EXPECT_EQ(heard(*ann), Heard{updated(2)});
}

TEST_F(DeliveryTest, ACommitThatWasNeverAnnouncedGoesOutAtTheNextComparison) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    log_stands_at(Cursor{"e", 1});
    commit({1});
    EXPECT_EQ(heard(*ann), Heard{updated(1)});
    log_stands_at(Cursor{"e", 3});
    skip(std::chrono::seconds(1));
    EXPECT_EQ(reads_.wait(1), Heard{"acme>1"});
    log_says(Rows{row(2), row(3)});
    EXPECT_EQ(heard(*ann), (Heard{updated(2), updated(3)}));
    commit({2, 3});
    commit({4});
    EXPECT_EQ(heard(*ann), Heard{updated(4)}) << "the announcement came after all";
}

TEST_F(DeliveryTest, MoreThanOnePageIsReadAtOnce) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    log_stands_at(Cursor{"e", 5});
    commit({1});
    skip(std::chrono::seconds(1));
    reads_.wait(1);
    log_says(Rows{row(2), row(3)});
    EXPECT_EQ(reads_.wait(2), (Heard{"acme>1", "acme>3"}));
    log_says(Rows{row(4), row(5)});
    EXPECT_EQ(heard(*ann), (Heard{updated(1), updated(2), updated(3), updated(4), updated(5)}));
}

TEST_F(DeliveryTest, ComparesOnlyOrgsThatHaveSockets) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    log_stands_at(Cursor{"e", 1});
    EventRow theirs = row(1);
    theirs.org = "other";
    delivery_->committed({theirs});
    commit({1});
    heard(*ann);
    skip(std::chrono::seconds(1));
    EXPECT_EQ(top_reads_.wait(1), Heard{"acme"});
}

TEST_F(DeliveryTest, ASocketLearnsWhereItsOrgStands) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    log_stands_at(Cursor{"e", 41});
    EXPECT_EQ(where(*ann), at("e.41"));
    commit({42});
    EXPECT_EQ(heard(*ann), Heard{updated(42)});
    EXPECT_EQ(where(*ann), at("e.42"));
    EXPECT_EQ(top_reads_.wait(1), Heard{"acme"}) << "known from the first answer on";
}

TEST_F(DeliveryTest, AnOrgWithoutALogHasTheCursorOfItsStart) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    log_stands_at(Cursor{"new", 0});
    EXPECT_EQ(where(*ann), at("new.0"));
    log_stands_at(Cursor{"e", 1});
    commit({1});
    EXPECT_EQ(heard(*ann), Heard{updated(1)});
    EXPECT_EQ(where(*ann), at("e.1")) << "the epoch came with the first row";
}

TEST_F(DeliveryTest, RowsThatComeBeforeTheFirstPositionIsKnownAreNotLost) {
    tops_wait_ = true;
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    ann->send(R"(42/tickets,["where"])");
    top_reads_.wait(1);
    commit({7});
    commit({9});
    EXPECT_EQ(heard(*ann), Heard{}) << "nothing before the order is known";
    LogSource::Tops answer;
    {
        const std::scoped_lock lock(asked_mutex_);
        answer = std::move(top_questions_.front());
    }
    answer(std::vector<Cursor>{{"e", 8}});
    EXPECT_EQ(reads_.wait(1), Heard{"acme>7"});
    log_says(Rows{row(8), row(9)});
    EXPECT_EQ(heard(*ann), (Heard{updated(7), R"(["at","e.7"])", updated(8), updated(9)}));
}

TEST_F(DeliveryTest, AsksForThePositionUntilTheStoreCanSay) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    ann->send(R"(42/tickets,["where"])");
    top_reads_.wait(1);
    log_stands_at(Cursor{"e", 5});
    skip(std::chrono::seconds(1));
    EXPECT_EQ(ann->receive(), at("e.5"));
}

TEST_F(DeliveryTest, ALogThatWasRebuiltIsFollowedFromItsTop) {
    begin();
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    log_stands_at(Cursor{"e", 41});
    EXPECT_EQ(where(*ann), at("e.41"));
    log_stands_at(Cursor{"f", 7});
    skip(std::chrono::seconds(1));
    top_reads_.wait(2);
    EXPECT_EQ(heard(*ann), Heard{});
    commit({8});
    EXPECT_EQ(heard(*ann), Heard{updated(8)});
    EXPECT_EQ(where(*ann), at("f.8"));
}

TEST_F(DeliveryTest, WatchersSeeEveryRowOnce) {
    sio::testing::Journal seen;
    begin();
    delivery_->on_emitted([&seen](const EventRow& each) { seen.add(std::to_string(each.seq)); });
    auto ann = join_as("/tickets", person("ann", Role::Agent));
    commit({1});
    commit({1, 2});
    heard(*ann);
    EXPECT_EQ(seen.wait(2), (Heard{"1", "2"}));
}

class DeliveryMultiLoop : public DeliveryTest {
protected:
    DeliveryMultiLoop() { options_.loops = 2; }
};

TEST_F(DeliveryMultiLoop, EveryLoopTellsItsSocketsInOrder) {
    begin();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 8; ++i) clients.push_back(join_as("/tickets", person("u" + std::to_string(i), Role::Agent)));
    Heard expected;
    for (std::int64_t seq = 1; seq <= 200; ++seq) expected.push_back(updated(seq));
    for (std::int64_t seq = 1; seq <= 200; seq += 2) commit({seq, seq + 1});
    for (auto& client : clients) EXPECT_EQ(heard(*client), expected);
}

}  // namespace
}  // namespace desk
