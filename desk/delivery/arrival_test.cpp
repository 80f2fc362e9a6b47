#include "desk/delivery/arrival.hpp"

#include <atomic>
#include <future>

#include "desk/delivery/entry.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk {
namespace {

using testing::person;

/// A namespace whose sockets may enter tickets by `auth.tickets`; ticket `none` is nobody's.
class ArrivalTest : public testing::DeskTest {
protected:
    void TearDown() override {
        store_->stop();  // what still reads uses the members below, and tells the loops
        DeskTest::TearDown();
    }
    void begin() {
        limits_.ticket_subscriptions = 3;
        typing_.emplace(io(), limits_, std::chrono::seconds(5), bus_);
        LogSource source;
        source.rows = [](const std::string&, std::int64_t, const auto& answer) { answer(std::vector<EventRow>{}); };
        source.tops = [this](const std::vector<std::string>& orgs, const LogSource::Tops& done) {
            if (before_top_)
                std::exchange(before_top_, {})([this, orgs, done] { done(std::vector<Cursor>(orgs.size(), top())); });
            else
                done(std::vector<Cursor>(orgs.size(), top()));
        };
        delivery_.emplace(io(), *typing_, std::move(source), log_);
        arrivals_.emplace(io(), *store_, *delivery_, limits_, refused_, recoveries_);
        rules_.nsp = Namespace::Tickets;
        rules_.list = "tickets";
        rules_.id_name = "ticketId";
        rules_.cap = &Limits::ticket_subscriptions;
        rules_.cap_name = "ticket_subscriptions";
        rules_.check = [this](const store::Snapshot&, const Actor& actor, const std::string& id, const Cursor&) -> Result<Entry> {
            judged_.add(id + " " + std::string(to_string(actor.role)));
            if (during_check_) std::exchange(during_check_, {})();
            if (id == "none" || actor.role == Role::Customer) return fail(ErrorCode::Forbidden);
            return Entry{{{"in", '"' + id + '"'}}, {}};
        };
        rules_.enter = [](sio::Socket& socket, const std::string& id) { socket.join(rooms::ticket_staff("acme", id)); };
        rules_.leave = [](sio::Socket& socket, const std::string& id) { socket.leave(rooms::ticket_staff("acme", id)); };
        rules_.entered = [](sio::Socket& socket, const std::string& id, const std::any&) { socket.emit("entered", id); };
        guarded("/tickets").on("sync", [](sio::Socket&, const sio::Event& event) { event.ack(); });
        arrivals_->receive_at(io().of("/tickets"), rules_);
        start();
    }
    Cursor top() {
        return store_->read_and_wait("acme", [](const store::Snapshot& snapshot) -> Result<Cursor> { return snapshot.log().position(); })
            .value();
    }
    /// What comes after CONNECT, up to an exchange that waits until all has been said.
    std::vector<std::string> arrive(const std::string& more) {
        client_ = connect();
        client_->send(R"(40/tickets,{"token":")" + testing::token(person("ann", Role::Agent)) + '"' + more + '}');
        client_->send(R"(42/tickets,9["sync"])");
        std::vector<std::string> heard;
        for (;;) {
            auto message = client_->receive();
            if (message == "43/tickets,9[]" || message.starts_with('<')) return heard;
            if (!message.starts_with("40")) heard.push_back(message.substr(std::string_view("42/tickets,").size()));
        }
    }
    using Heard = std::vector<std::string>;

    store::testing::TempStore store_;
    sio::NullLog log_;
    std::optional<Typing> typing_;
    std::optional<Delivery> delivery_;
    ErrorCounts refused_;
    RecoveryCounts recoveries_;
    std::optional<Arrivals> arrivals_;
    ArrivalRules rules_;
    sio::testing::Journal judged_;
    std::function<void()> during_check_;
    std::function<void(std::function<void()> answer)> before_top_;  ///< the log's position is told when `answer` is called
    std::unique_ptr<Client> client_;
};

TEST_F(ArrivalTest, WhoAsksForNothingIsTheReaderOfFromNowOn) {
    begin();
    const auto heard = arrive("");
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_TRUE(heard[0].starts_with(R"(["sync:ready",{"cursor":)")) << heard[0];
}

TEST_F(ArrivalTest, AnswersComeFirstThenItIsReadyThenWhatEnteringBrings) {
    begin();
    const auto heard = arrive(R"(,"tickets":["a","b","a"])");
    ASSERT_EQ(heard.size(), 5U);
    EXPECT_EQ(Heard(heard.begin(), heard.begin() + 2), (Heard{R"(["in","a"])", R"(["in","b"])"})) << "each once";
    EXPECT_TRUE(heard[2].starts_with(R"(["sync:ready")"));
    EXPECT_TRUE(heard[3].starts_with(R"(["entered",)"));
    EXPECT_TRUE(at_socket("ann", [](sio::Socket& socket) { return socket.in_room(rooms::ticket_staff("acme", "b")); }));
    EXPECT_FALSE(at_socket("ann", [](sio::Socket& socket) { return socket.in_room(rooms::pending("acme", "b")); }));
}

TEST_F(ArrivalTest, ARefusedOneIsToldAndTheOthersAreIn) {
    begin();
    const auto heard = arrive(R"(,"tickets":["none","b"])");
    ASSERT_EQ(heard.size(), 4U);
    EXPECT_TRUE(heard[0].starts_with(R"(["error",{"code":"FORBIDDEN")") && heard[0].contains(R"("ticketId":"none")")) << heard[0];
    EXPECT_EQ(heard[1], R"(["in","b"])");
}

TEST_F(ArrivalTest, WhatCannotBeIsToldAndLeftOut) {
    begin();
    for (const auto& [list, told] : {std::pair{R"("a")", "NOT_A_LIST"},
                                     {R"([7])", "BAD_ID"},
                                     {R"(["a:b"])", "BAD_ID"},
                                     {R"(["1","2","3","4"])", "ticket_subscriptions"}}) {
        const auto heard = arrive(R"(,"tickets":)" + std::string(list));
        ASSERT_FALSE(heard.empty());
        EXPECT_TRUE(heard[0].starts_with(R"(["error")") && heard[0].contains(told)) << heard[0];
    }
    for (const auto* since : {"7", R"("rubbish")", R"("nowhere.1")"}) {
        const auto heard = arrive(R"(,"since":)" + std::string(since));
        ASSERT_EQ(heard.size(), 1U);
        EXPECT_TRUE(heard[0].starts_with(R"(["sync:required")")) << since;
    }
}

TEST_F(ArrivalTest, NothingIsReadBeforeTheLogIsFollowed) {
    std::promise<std::function<void()>> asked;
    before_top_ = [&](std::function<void()> answer) { asked.set_value(std::move(answer)); };
    begin();
    client_ = connect();
    client_->send(R"(40/tickets,{"token":")" + testing::token(person("ann", Role::Agent)) + R"(","tickets":["a"]})");
    const auto answer = asked.get_future().get();
    EXPECT_TRUE(at_socket("ann", [](sio::Socket& socket) { return socket.in_room(rooms::pending("acme", "a")); }));
    top();
    EXPECT_TRUE(judged_.wait(0).empty());
    answer();
    EXPECT_EQ(judged_.wait(1), Heard{"a agent"});
}

TEST_F(ArrivalTest, AStoreThatCannotAnswerNowIsAskedAgain) {
    std::atomic<int> attempts{0};
    rules_.count = [&](const store::Snapshot&, const Actor&) -> Result<std::string> {
        if (++attempts < 3) return fail(Error{ErrorCode::Unavailable}.because("OVERLOADED"));
        return std::string(R"({"unread":0,"rev":0})");
    };
    begin();
    auto heard = arrive(R"(,"tickets":["a"])");
    ASSERT_EQ(heard.size(), 4U);
    EXPECT_EQ(heard[0], R"(["in","a"])");
    EXPECT_TRUE(heard[1].starts_with(R"(["sync:ready")"));
    EXPECT_EQ(heard[2], R"(["notification:count",{"unread":0,"rev":0}])");
    EXPECT_EQ(heard[3], R"(["entered","a"])");
}

TEST_F(ArrivalTest, WhoeverGoesWhileTheStoreCannotAnswerIsForgotten) {
    rules_.count = [this](const store::Snapshot&, const Actor&) -> Result<std::string> {
        judged_.add("count");
        return fail(Error{ErrorCode::Unavailable}.because("OVERLOADED"));
    };
    begin();
    client_ = connect();
    client_->send(R"(40/tickets,{"token":")" + testing::token(person("ann", Role::Agent)) + R"(","tickets":["a"]})");
    judged_.wait(2);
    client_.reset();
    EXPECT_EQ(connect()->join("/tickets", testing::auth_of(person("bob", Role::Agent))).size(), 20U) << "the loop goes on";
}

TEST_F(ArrivalTest, WhoseRightsChangeMeanwhileIsJudgedAgain) {
    during_check_ = [this] {
        at_socket("ann",
                  [this](sio::Socket& socket) { identities_.change(socket.connection(), identity_from(person("ann", Role::Customer))); });
    };
    begin();
    const auto heard = arrive(R"(,"tickets":["a"])");
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_TRUE(heard[0].starts_with(R"(["error",{"code":"FORBIDDEN")")) << heard[0];
    EXPECT_EQ(judged_.wait(2), (Heard{"a agent", "a customer"}));
}

TEST_F(ArrivalTest, WhatIsLostAboveThePositionIsLost) {
    during_check_ = [this] {
        at_socket("ann", [](sio::Socket& socket) {
            Pending::Held lost{.seq = 1000,
                               .event = socket.nsp().encode("lost"),
                               .unsubscribed = socket.nsp().encode("out"),
                               .room = rooms::pending("acme", "a")};
            entry::hold(*seat_of(socket).pending, std::move(lost));
            Pending::Held late{.seq = 1001, .event = socket.nsp().encode("late"), .unsubscribed = {}, .room = rooms::pending("acme", "a")};
            entry::hold(*seat_of(socket).pending, std::move(late));
        });
    };
    begin();
    auto heard = arrive(R"(,"tickets":["a","b"])");
    std::erase_if(heard, [](const std::string& each) { return each.starts_with(R"(["sync:ready")"); });
    EXPECT_EQ(heard, (Heard{R"(["in","a"])", R"(["in","b"])", R"(["out"])", R"(["lost"])", R"(["entered","b"])"}));
    EXPECT_FALSE(at_socket("ann", [](sio::Socket& socket) { return socket.in_room(rooms::ticket_staff("acme", "a")); }));
}

}  // namespace
}  // namespace desk
