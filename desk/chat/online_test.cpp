#include "desk/chat/online.hpp"

#include <deque>
#include <optional>

#include "desk/chat/online_share.hpp"
#include "desk/cluster/testing/roll_server.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"

namespace desk::chat {
namespace {

using std::chrono::milliseconds;
using testing::person;

constexpr milliseconds kGrace{5000};
constexpr milliseconds kCoalesce{250};

class OnlineTest : public testing::DeskTest {
protected:
    using Heard = std::vector<std::string>;

    void begin(std::size_t listed = 100, cluster::Roll* roll = nullptr) {
        guarded("/chat");
        online_.emplace(
            io(), OnlineOptions{.grace = kGrace, .coalesce = kCoalesce, .listed = listed},
            [](const Actor& actor) { return std::string_view(actor.user == "bob" ? "busy" : "online"); },
            [this](const std::string& org, const std::string& id, bool here, std::move_only_function<void(bool)> done) {
                bool works = true;
                {
                    const std::scoped_lock lock(store_mutex_);
                    works = store_works_;
                }
                notes_.add(org + "/" + id + (here ? " here" : " gone"));
                done(works);
            },
            roll);
        if (roll != nullptr) roll->begin();
        start();
    }
    struct Tab {
        std::unique_ptr<Client> client;
        sio::SocketHandle handle;
        IdentityRef who;
    };
    Tab open(const auth::Claims& who, const std::string& conversation = "c") {
        Tab tab{join_as("/chat", who, rooms::conversation(who.org, conversation)), handle_of(who.sub), identity_from(who)};
        return tab;
    }
    void arrives(const Tab& tab, bool observing = false, bool ended = false, const std::string& conversation = "c") {
        online_->joined({.conversation = conversation,
                         .who = tab.who,
                         .socket = tab.handle,
                         .observing = observing,
                         .customer = tab.who->actor.role == Role::Customer,
                         .ended = ended});
    }
    Tab enter(const auth::Claims& who) {
        Tab tab = open(who);
        arrives(tab);
        return tab;
    }
    void leaves(const Tab& tab) { online_->left(tab.who->actor.org, "c", tab.handle); }
    void pass(milliseconds time, std::string_view org = "acme") { skip(time + milliseconds(2), home_loop(io(), org).index()); }
    /// Until what has changed is told.
    void settle() { pass(kCoalesce); }

    Heard heard(Tab& tab) {
        ++marks_;
        // Once more around: what is for one socket alone takes a turn.
        auto& home = home_loop(io(), tab.who->actor.org);
        home.post([this, &home, mark = marks_] { home.post([this, mark] { io().of("/chat").emit("mark", mark); }); });
        const std::string head = "42/chat,";
        Heard out;
        for (;;) {
            auto message = tab.client->receive();
            if (message == head + R"(["mark",)" + std::to_string(marks_) + "]" || message.starts_with('<')) return out;
            if (message.starts_with(head + R"(["mark")")) continue;  // another client's
            out.push_back(message.starts_with(head) ? message.substr(head.size()) : message);
        }
    }
    static std::string shown(std::initializer_list<std::pair<std::string, std::string>> users, const std::string& rest = {}) {
        std::string list;
        for (const auto& [user, role] : users) {
            if (!list.empty()) list += ',';
            list += R"({"id":")" + user + R"(","name":"Name of )" + user + R"(","avatarUrl":null,"role":")" + role + R"(","status":")" +
                    (user == "bob" ? "busy" : "online") + R"("})";
        }
        return R"(["chat:online",{"conversationId":"c","users":[)" + list + "]" + rest + "}]";
    }

    const auth::Claims carla_ = person("carla", Role::Customer);
    const auth::Claims ann_ = person("ann", Role::Agent);
    const auth::Claims bob_ = person("bob", Role::Agent);
    int marks_ = 0;
    sio::testing::Journal notes_;
    std::mutex store_mutex_;
    bool store_works_ = true;
    std::optional<OnlineLists> online_;
};

TEST_F(OnlineTest, ShowsPeopleAndNotSockets) {
    begin();
    auto carla = enter(carla_);
    settle();
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}})});
    std::vector<Tab> tabs;
    for (int i = 0; i < 3; ++i) tabs.push_back(enter(ann_));
    settle();
    const std::string both = shown({{"carla", "customer"}, {"ann", "agent"}});
    EXPECT_EQ(heard(carla), Heard{both});
    for (Tab& tab : tabs) EXPECT_EQ(heard(tab), Heard{both});
}

TEST_F(OnlineTest, WhoEntersIsShownTheListAlthoughItDoesNotChange) {
    begin();
    auto tab = enter(ann_);
    settle();
    heard(tab);
    auto second = enter(ann_);
    EXPECT_EQ(heard(second), Heard{shown({{"ann", "agent"}})});
    EXPECT_EQ(heard(tab), Heard{});
    arrives(second);
    EXPECT_EQ(heard(second), Heard{shown({{"ann", "agent"}})});
}

TEST_F(OnlineTest, ChangesOfAMomentAreToldAtOnce) {
    begin();
    auto carla = enter(carla_);
    auto ann = enter(ann_);
    pass(milliseconds(100));
    EXPECT_EQ(heard(carla), Heard{});
    auto bob = enter(bob_);
    pass(milliseconds(150));
    for (Tab* tab : {&carla, &ann, &bob}) EXPECT_EQ(heard(*tab), Heard{shown({{"carla", "customer"}, {"ann", "agent"}, {"bob", "agent"}})});
}

TEST_F(OnlineTest, SomebodyLeavesAfterTheGraceOfTheirLastSocket) {
    begin();
    auto carla = enter(carla_);
    auto ann = enter(ann_);
    auto tab = enter(ann_);
    settle();
    heard(carla);
    leaves(ann);
    pass(kGrace + kCoalesce);
    EXPECT_EQ(heard(carla), Heard{}) << "the other tab is there";
    leaves(tab);
    pass(kGrace - milliseconds(100));
    EXPECT_EQ(heard(carla), Heard{});
    pass(milliseconds(100) + kCoalesce);
    settle();
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}})});
}

TEST_F(OnlineTest, AReloadIsNoChange) {
    begin();
    auto carla = enter(carla_);
    auto ann = enter(ann_);
    settle();
    heard(carla);
    leaves(ann);
    pass(milliseconds(4000));
    auto again = enter(ann_);
    pass(kGrace + kCoalesce);
    EXPECT_EQ(heard(carla), Heard{});
    EXPECT_EQ(heard(again), Heard{shown({{"carla", "customer"}, {"ann", "agent"}})});
}

TEST_F(OnlineTest, ANewNameIsAChange) {
    begin();
    auto carla = enter(carla_);
    auto ann = enter(ann_);
    settle();
    heard(carla);
    auto renamed = ann_;
    renamed.name = "Name of ann*";
    auto tab = enter(renamed);
    settle();
    const auto told = heard(carla);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_NE(told[0].find("ann*"), std::string::npos);
}

TEST_F(OnlineTest, AnObserverSeesTheListAndIsNotInIt) {
    begin();
    auto carla = enter(carla_);
    settle();
    heard(carla);
    auto dora = open(person("dora", Role::Admin));
    arrives(dora, true);
    settle();
    EXPECT_EQ(heard(dora), Heard{shown({{"carla", "customer"}})});
    EXPECT_EQ(heard(carla), Heard{});
    arrives(dora);
    settle();
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}, {"dora", "admin"}})});
    heard(dora);
    arrives(dora, true);
    pass(kGrace);
    settle();
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}})});
}

TEST_F(OnlineTest, OfACrowdTheFirstAreNamedAndAllCounted) {
    begin(2);
    auto carla = enter(carla_);
    auto ann = enter(ann_);
    auto bob = enter(bob_);
    settle();
    EXPECT_EQ(heard(bob), Heard{shown({{"carla", "customer"}, {"ann", "agent"}}, R"(,"count":3)")});
    leaves(carla);
    pass(kGrace);
    settle();
    EXPECT_EQ(heard(bob), Heard{shown({{"ann", "agent"}, {"bob", "agent"}})});
}

TEST_F(OnlineTest, OrgsWithTheSameIdsHaveListsOfTheirOwn) {
    begin();
    auto carla = enter(carla_);
    auto theirs = enter(person("ann", Role::Agent, {}, "rival"));
    settle();
    pass(kCoalesce, "rival");
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}})});
    EXPECT_EQ(heard(theirs), Heard{shown({{"ann", "agent"}})});
}

TEST_F(OnlineTest, TheTimeOutsLearnWhetherTheCustomerIsThere) {
    begin();
    auto carla = enter(carla_);
    auto ann = enter(ann_);
    EXPECT_EQ(notes_.wait(1), Heard{"acme/c here"});
    leaves(carla);
    pass(milliseconds(4000));
    auto again = enter(carla_);
    pass(kGrace);
    EXPECT_EQ(notes_.wait(1), Heard{"acme/c here"}) << "a reload";
    leaves(again);
    leaves(ann);
    pass(kGrace);
    EXPECT_EQ(notes_.wait(2), (Heard{"acme/c here", "acme/c gone"}));
    auto back = enter(carla_);
    EXPECT_EQ(notes_.wait(3).back(), "acme/c here") << "also when the list was forgotten meanwhile";
}

TEST_F(OnlineTest, WhatCouldNotBeWrittenIsToldAgain) {
    begin();
    store_works_ = false;
    auto carla = enter(carla_);
    notes_.wait(1);
    {
        const std::scoped_lock lock(store_mutex_);
        store_works_ = true;
    }
    heard(carla);
    pass(milliseconds(1000));
    EXPECT_EQ(notes_.wait(2), (Heard{"acme/c here", "acme/c here"}));
    pass(milliseconds(3000));
    EXPECT_EQ(notes_.wait(2).size(), 2U);
}

TEST_F(OnlineTest, AfterTheEndTheCustomerConcernsNobody) {
    begin();
    auto carla = enter(carla_);
    auto ann = enter(ann_);
    settle();
    notes_.wait(1);
    heard(ann);
    home_loop(io(), "acme").post([this] { online_->ended("acme", "c"); });
    leaves(carla);
    pass(kGrace);
    settle();
    EXPECT_EQ(heard(ann), Heard{shown({{"ann", "agent"}})});
    EXPECT_EQ(notes_.wait(1).size(), 1U);
}

TEST_F(OnlineTest, AsksForOpenConversationsOnlyWhereSomebodyIs) {
    begin();
    sio::testing::Journal done;
    const auto ask = [&](const std::string& conversation) {
        online_->while_open("acme", conversation, [&done, conversation] { done.add(conversation); });
        std::promise<void> asked;
        home_loop(io(), "acme").post([&asked] { asked.set_value(); });
        asked.get_future().wait();
    };
    auto carla = enter(carla_);
    auto over = open(ann_, "over");
    arrives(over, false, true, "over");
    ask("nobody");
    ask("over");
    ask("c");
    EXPECT_EQ(done.wait(1), Heard{"c"});
    home_loop(io(), "acme").post([this] { online_->ended("acme", "c"); });
    ask("c");
    EXPECT_EQ(done.wait(1), Heard{"c"});
}

/// This server, and another whose people stand in the roll.
class OnlineOverServers : public OnlineTest {
protected:
    explicit OnlineOverServers(milliseconds lease = cluster::testing::kLongLease)
        : other_(valkey_.url(), cluster::testing::hasty("there", lease)) {
        auto options = sio::cluster::testing::impatient(valkey_.url());
        // The clock of this server is put forward by more than an answer may take.
        options.answer_timeout = std::chrono::minutes(10);
        client_.emplace(io().loops().at(0), std::move(options), log_);
        roll_.emplace(*client_, cluster::testing::hasty("here", lease), log_);
        begin(100, &*roll_);
        EXPECT_TRUE(until([&] { return roll_->stats().in_touch && other_.in_touch(); }));
    }
    void TearDown() override {
        OnlineTest::TearDown();
        roll_.reset();
        client_.reset();
    }
    bool until(const std::function<bool()>& done) { return cluster::testing::turn_until({&other_}, done); }
    /// The other server has these people in the conversation; all of that is heard here.
    void there(std::initializer_list<const auth::Claims*> people) {
        std::vector<IdentityRef> identities;
        std::vector<const Actor*> actors;
        for (const auto* each : people) actors.push_back(&identities.emplace_back(identity_from(*each))->actor);
        other_.roll->put("chat", "acme:c", to_share(actors), cluster::Why::Told);
        heard_here();
    }
    void customer_there(bool here) {
        other_.roll->put("customer", "acme:c", here ? "1" : "", cluster::Why::Told);
        heard_here();
    }
    void heard_here() {
        const std::string mark = std::to_string(++roll_marks_);
        other_.put("mark", mark);
        std::atomic<bool> seen{false};
        std::atomic<bool> asking{false};
        ASSERT_TRUE(until([&] {
            if (!asking.exchange(true)) {
                roll_->look("t", "mark", [&](const cluster::Shares& shares) {
                    seen = !shares.empty() && shares.front().payload == mark;
                    asking = false;
                });
            }
            return seen.load() && !asking.load();
        }));
        // What the roll has told goes by the home loop's mailbox.
        std::promise<void> done;
        home_loop(io(), "acme").post([&] { done.set_value(); });
        done.get_future().wait();
    }
    bool customer_here() {
        std::promise<bool> answer;
        online_->look_for_customer("acme", "c", [&](bool here) { answer.set_value(here); });
        return answer.get_future().get();
    }

    sio::cluster::testing::ValkeyServer valkey_;
    cluster::testing::RollServer other_;
    sio::NullLog log_;
    std::optional<sio::cluster::Valkey> client_;
    std::optional<cluster::Roll> roll_;
    int roll_marks_ = 0;
};

TEST_F(OnlineOverServers, ShowsThePeopleOfAllOnce) {
    there({&bob_});
    auto carla = enter(carla_);
    heard_here();
    settle();
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}, {"bob", "agent"}})});
    // Bob opens a tab here, and closes that there: he is there all the time.
    auto bob = enter(bob_);
    settle();
    there({});
    settle();
    EXPECT_EQ(heard(carla), Heard{});
    EXPECT_EQ(heard(bob), Heard{shown({{"carla", "customer"}, {"bob", "agent"}})});
    there({&ann_, &bob_});
    settle();
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}, {"bob", "agent"}, {"ann", "agent"}})});
    there({});
    settle();
    EXPECT_EQ(heard(carla), Heard{shown({{"carla", "customer"}, {"bob", "agent"}})});
}

TEST_F(OnlineOverServers, ACustomerWhoIsOnAnotherServerIsNotGone) {
    auto ann = enter(ann_);
    auto carla = enter(carla_);
    EXPECT_EQ(notes_.wait(1), Heard{"acme/c here"});
    customer_there(true);
    leaves(carla);
    pass(kGrace);
    ASSERT_TRUE(until([&] { return customer_here(); }));
    heard_here();
    EXPECT_EQ(notes_.wait(1).size(), 1U);
    // The server where they are says so, not this one.
    customer_there(false);
    ASSERT_TRUE(until([&] { return !customer_here(); }));
    EXPECT_EQ(notes_.wait(1).size(), 1U);
}

class OnlineBesideTheDying : public OnlineOverServers {
protected:
    OnlineBesideTheDying() : OnlineOverServers(cluster::testing::kShortLease) {}
};

TEST_F(OnlineBesideTheDying, ACustomerWhoseServerDiedIsGoneAlthoughNobodyHereIsInTheChat) {
    customer_there(true);
    there({&carla_});
    other_.die();
    EXPECT_EQ(notes_.wait(1), Heard{"acme/c gone"});
}

}  // namespace
}  // namespace desk::chat
