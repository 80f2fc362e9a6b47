#include <optional>

#include "desk/cluster/testing/test_bus.hpp"
#include "desk/delivery/homes.hpp"
#include "desk/delivery/typing.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"

namespace desk {
namespace {

using cluster::testing::TestBus;
using std::chrono::milliseconds;
using testing::person;

/// One of two servers; the test lets them hear each other.
class Node final : public testing::DeskTest {
public:
    using Heard = std::vector<std::string>;

    explicit Node(std::string name) : bus(std::move(name)) {
        guarded("/tickets");
        guarded("/chat");
        typing.emplace(io(), limits_, milliseconds(6000), bus);
        start();
    }
    ~Node() override { io().close(); }
    void TestBody() override {}

    std::unique_ptr<Client> staff(const std::string& user) {
        return join_as("/tickets", person(user, Role::Agent), rooms::ticket_staff("acme", "7"));
    }
    std::unique_ptr<Client> customer(const std::string& user) {
        return join_as("/tickets", person(user, Role::Customer), rooms::ticket_customers("acme", "7"));
    }
    /// As when the socket that joined last as that user enters the ticket.
    void tell(const std::string& user) {
        at_socket(user, [this](sio::Socket& socket) { typing->tell(place, socket); });
    }
    void types(const std::string& user, bool internal = false) {
        typing->started(place, identity_from(person(user, Role::Agent)), handle_of(user), internal);
    }
    void stops(const std::string& user) { typing->stopped(place, user); }
    /// Waits until what was asked of Typing before is done.
    void settle() {
        std::promise<void> done;
        home_loop(io(), "acme").post([&] { done.set_value(); });
        done.get_future().get();
    }
    void hears(Node& other) {
        other.settle();
        bus.hear_all_of(other.bus);
    }
    void message_of(const std::string& user) {
        home_loop(io(), "acme").post([this, user] { typing->ended_by_message(place, user); });
    }
    void pass(milliseconds time) { skip(time, home_loop(io(), "acme").index()); }
    Heard heard(Client& client) {
        home_loop(io(), "acme").post([this] { io().of("/tickets").emit("mark"); });
        Heard out;
        for (std::string message; !(message = client.receive()).starts_with(R"(42/tickets,["mark")") && !message.starts_with('<');)
            out.push_back(message);
        return out;
    }
    static std::string on(const std::string& user) {
        return R"(42/tickets,["ticket:typing",{"ticketId":"7","user":{"id":")" + user + R"(","name":"Name of )" + user +
               R"(","avatarUrl":null,"role":"agent"}}])";
    }
    static std::string off(const std::string& user) {
        return R"(42/tickets,["ticket:stopTyping",{"ticketId":"7","userId":")" + user + R"("}])";
    }

    const TypingPlace place{TypingPlace::Kind::Ticket, "acme", "7"};
    TestBus bus;
    std::optional<Typing> typing;
};

class TypingOverServers : public ::testing::Test {
protected:
    using Heard = Node::Heard;
    static constexpr auto on = Node::on;
    static constexpr auto off = Node::off;

    Node one_{"one"};
    Node two_{"two"};
};

TEST_F(TypingOverServers, IsShownOnTheOthersButNotToTheTypist) {
    auto bob = one_.staff("bob");
    auto tab = two_.staff("bob");
    auto ann = two_.staff("ann");
    one_.types("bob");
    two_.hears(one_);
    EXPECT_EQ(two_.heard(*ann), Heard{on("bob")});
    one_.stops("bob");
    two_.hears(one_);
    EXPECT_EQ(two_.heard(*ann), Heard{off("bob")});
    EXPECT_EQ(two_.heard(*tab), Heard{});
}

TEST_F(TypingOverServers, IsOverWhenNoServerHasIt) {
    auto bob = one_.staff("bob");
    auto phone = two_.staff("bob");
    auto ann = two_.staff("ann");
    one_.types("bob");
    two_.hears(one_);
    two_.types("bob");
    one_.hears(two_);
    one_.stops("bob");
    two_.hears(one_);
    EXPECT_EQ(two_.heard(*ann), Heard{on("bob")}) << "types on the phone still";
    two_.stops("bob");
    EXPECT_EQ(two_.heard(*ann), Heard{off("bob")});
}

TEST_F(TypingOverServers, OfAServerThatIsGoneEndsByItself) {
    auto bob = one_.staff("bob");
    auto ann = two_.staff("ann");
    one_.types("bob");
    two_.hears(one_);
    two_.pass(milliseconds(5900));
    EXPECT_EQ(two_.heard(*ann), Heard{on("bob")});
    two_.pass(milliseconds(200));
    EXPECT_EQ(ann->receive(), off("bob"));
}

TEST_F(TypingOverServers, KeystrokesThatAreNotShownPutTheEndOffThereToo) {
    auto bob = one_.staff("bob");
    auto ann = two_.staff("ann");
    one_.types("bob");
    two_.hears(one_);
    one_.pass(milliseconds(1500));
    two_.pass(milliseconds(1500));
    one_.types("bob");
    two_.hears(one_);
    two_.pass(milliseconds(5000));
    EXPECT_EQ(two_.heard(*ann), Heard{on("bob")});
    two_.pass(milliseconds(1100));
    EXPECT_EQ(ann->receive(), off("bob"));
}

TEST_F(TypingOverServers, IsRepeatedAsOften) {
    auto bob = one_.staff("bob");
    auto ann = two_.staff("ann");
    for (int i = 0; i < 3; ++i) {
        one_.types("bob");
        two_.hears(one_);
        one_.pass(milliseconds(2000));
        two_.pass(milliseconds(2000));
    }
    EXPECT_EQ(two_.heard(*ann), (Heard{on("bob"), on("bob"), on("bob")}));
}

TEST_F(TypingOverServers, TheMessageEndsItEverywhereAtOnce) {
    auto bob = one_.staff("bob");
    auto ann = two_.staff("ann");
    one_.types("bob");
    two_.hears(one_);
    two_.message_of("bob");
    EXPECT_EQ(two_.heard(*ann), (Heard{on("bob"), off("bob")}));
    one_.message_of("bob");
    two_.hears(one_);
    EXPECT_EQ(two_.heard(*ann), Heard{}) << "told once";
}

TEST_F(TypingOverServers, WhatIsHeardBehindTheMessageIsTakenBack) {
    auto bob = one_.staff("bob");
    auto ann = two_.staff("ann");
    one_.types("bob");
    one_.message_of("bob");
    two_.message_of("bob");
    two_.settle();
    two_.hears(one_);
    EXPECT_EQ(two_.heard(*ann), (Heard{on("bob"), off("bob")}));
}

TEST_F(TypingOverServers, WhoComesLaterIsTold) {
    auto bob = one_.staff("bob");
    auto dan = two_.staff("dan");
    one_.types("bob", true);
    two_.hears(one_);
    auto ann = two_.staff("ann");
    two_.tell("ann");
    EXPECT_EQ(two_.heard(*ann), Heard{on("bob")});
    auto carla = two_.customer("carla");
    two_.tell("carla");
    EXPECT_EQ(two_.heard(*carla), Heard{}) << "a note is for staff";
}

TEST_F(TypingOverServers, WhatNoServerOfOursSaidIsNothing) {
    auto ann = two_.staff("ann");
    two_.bus.say("x", {"insightdesk:typing", "nonsense"});
    two_.bus.say("x", {"insightdesk:typing", "\x92\x01\x02"});
    EXPECT_EQ(two_.heard(*ann), Heard{});
}

}  // namespace
}  // namespace desk
