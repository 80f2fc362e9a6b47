#include "desk/delivery/typing.hpp"

#include <optional>

#include "desk/delivery/homes.hpp"
#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"

namespace desk {
namespace {

using std::chrono::milliseconds;
using testing::person;

class TypingTest : public testing::DeskTest {
protected:
    using Heard = std::vector<std::string>;
    static constexpr milliseconds kExpiry{5000};

    void begin() {
        guarded("/tickets");
        guarded("/chat");
        typing_.emplace(io(), limits_, kExpiry, bus_);
        start();
    }
    std::unique_ptr<Client> staff(const std::string& user) {
        return join_as("/tickets", person(user, Role::Agent), rooms::ticket_staff("acme", "7"));
    }
    std::unique_ptr<Client> customer(const std::string& user) {
        return join_as("/tickets", person(user, Role::Customer), rooms::ticket_customers("acme", "7"));
    }
    void types(const std::string& user, bool internal = false) { types(user, handle_of(user), internal); }
    void types(const std::string& user, const sio::SocketHandle& socket, bool internal = false) {
        typing_->started(kTicket, identity_from(person(user, Role::Agent)), socket, internal);
    }
    /// As when the socket that joined last as that user enters the ticket.
    void tell(const std::string& user) {
        at_socket(user, [this](sio::Socket& socket) { typing_->tell(kTicket, socket); });
    }
    /// Runs on the org's home loop after what was asked of Typing before.
    void at_home(std::function<void()> task) { home_loop(io(), "acme").post(std::move(task)); }
    void pass(milliseconds time) { skip(time, home_loop(io(), "acme").index()); }

    /// What the client was told up to now.
    Heard heard(Client& client, std::string_view nsp = "/tickets") {
        ++marks_;
        at_home([this, mark = marks_, nsp = std::string(nsp)] { io().of(nsp).emit("mark", mark); });
        const std::string head = "42" + std::string(nsp) + ",";
        Heard out;
        for (;;) {
            auto message = client.receive();
            if (message == head + R"(["mark",)" + std::to_string(marks_) + "]" || message.starts_with('<')) return out;
            if (message.starts_with(head + R"(["mark")")) continue;  // another client's
            out.push_back(message.starts_with(head) ? message.substr(head.size()) : message);
        }
    }
    static std::string on(const std::string& user) {
        return R"(["ticket:typing",{"ticketId":"7","user":{"id":")" + user + R"(","name":"Name of )" + user +
               R"(","avatarUrl":null,"role":"agent"}}])";
    }
    static std::string off(const std::string& user) { return R"(["ticket:stopTyping",{"ticketId":"7","userId":")" + user + R"("}])"; }

    const TypingPlace kTicket{TypingPlace::Kind::Ticket, "acme", "7"};
    int marks_ = 0;
    std::optional<Typing> typing_;
};

TEST_F(TypingTest, IsToldToTheOthersButNotToTheTypist) {
    begin();
    auto ann = staff("ann");
    auto carla = customer("carla");
    auto tab = staff("bob");
    auto bob = staff("bob");
    types("bob");
    typing_->stopped(kTicket, "bob");
    for (auto* other : {ann.get(), carla.get()}) EXPECT_EQ(heard(*other), (Heard{on("bob"), off("bob")}));
    for (auto* own : {bob.get(), tab.get()}) EXPECT_EQ(heard(*own), Heard{});
}

TEST_F(TypingTest, IsRepeatedOnlyAfterAWhile) {
    begin();
    auto ann = staff("ann");
    auto bob = staff("bob");
    for (int i = 0; i < 5; ++i) types("bob");
    EXPECT_EQ(heard(*ann), Heard{on("bob")});
    pass(milliseconds(2100));
    for (int i = 0; i < 5; ++i) types("bob");
    EXPECT_EQ(heard(*ann), Heard{on("bob")});
}

TEST_F(TypingTest, IsRepeatedEachTimeWithoutAnInterval) {
    limits_.typing_repeat = milliseconds(0);
    begin();
    auto ann = staff("ann");
    auto bob = staff("bob");
    for (int i = 0; i < 3; ++i) types("bob");
    EXPECT_EQ(heard(*ann), (Heard{on("bob"), on("bob"), on("bob")}));
}

TEST_F(TypingTest, EndsAfterSilence) {
    begin();
    auto ann = staff("ann");
    auto bob = staff("bob");
    types("bob");
    pass(milliseconds(4000));
    types("bob");
    pass(milliseconds(4000));
    EXPECT_EQ(heard(*ann), (Heard{on("bob"), on("bob")})) << "each keystroke puts the end off";
    pass(milliseconds(1100));
    EXPECT_EQ(ann->receive(), "42/tickets," + off("bob"));
    typing_->stopped(kTicket, "bob");
    EXPECT_EQ(heard(*ann), Heard{}) << "told once";
}

TEST_F(TypingTest, StoppingWithoutTypingIsNothing) {
    begin();
    auto ann = staff("ann");
    typing_->stopped(kTicket, "bob");
    EXPECT_EQ(heard(*ann), Heard{});
}

TEST_F(TypingTest, OfNotesIsForStaffOnly) {
    begin();
    auto ann = staff("ann");
    auto carla = customer("carla");
    auto bob = staff("bob");
    types("bob", true);
    typing_->stopped(kTicket, "bob");
    EXPECT_EQ(heard(*ann), (Heard{on("bob"), off("bob")}));
    EXPECT_EQ(heard(*carla), Heard{});
}

TEST_F(TypingTest, MovesBetweenTheBoxes) {
    begin();
    auto carla = customer("carla");
    auto bob = staff("bob");
    types("bob", true);
    EXPECT_EQ(heard(*carla), Heard{});
    types("bob", false);
    EXPECT_EQ(heard(*carla), Heard{on("bob")});
    types("bob", true);
    EXPECT_EQ(heard(*carla), Heard{off("bob")});
}

TEST_F(TypingTest, EndsWhenTheLastSocketThatTypedIsGone) {
    begin();
    auto ann = staff("ann");
    auto tab = staff("bob");
    const auto first = handle_of("bob");
    auto bob = staff("bob");
    const auto second = handle_of("bob");
    types("bob", first);
    types("bob", second);
    typing_->gone({TypingPlace::Kind::Ticket, "acme", ""}, first);
    EXPECT_EQ(heard(*ann), Heard{on("bob")});
    typing_->gone({TypingPlace::Kind::Conversation, "acme", ""}, second);
    typing_->gone({TypingPlace::Kind::Ticket, "acme", "8"}, second);
    EXPECT_EQ(heard(*ann), Heard{}) << "left another place";
    typing_->gone(kTicket, second);
    EXPECT_EQ(heard(*ann), Heard{off("bob")});
}

TEST_F(TypingTest, IsToldToWhoComesLater) {
    begin();
    auto bob = staff("bob");
    auto dan = staff("dan");
    types("bob");
    types("dan", true);
    auto ann = staff("ann");
    tell("ann");
    EXPECT_EQ(ann->receive(), "42/tickets," + on("bob"));
    EXPECT_EQ(ann->receive(), "42/tickets," + on("dan"));
    auto carla = customer("carla");
    tell("carla");
    EXPECT_EQ(carla->receive(), "42/tickets," + on("bob"));
    EXPECT_EQ(heard(*carla), Heard{});
    EXPECT_EQ(heard(*dan), Heard{on("bob")}) << "at the start";
    tell("dan");
    EXPECT_EQ(dan->receive(), "42/tickets," + on("bob"));
    EXPECT_EQ(heard(*dan), Heard{}) << "not of themselves";
}

TEST_F(TypingTest, IsToldToWhoComesLaterBeforeItsEnd) {
    begin();
    auto bob = staff("bob");
    types("bob");
    auto ann = staff("ann");
    at_socket("ann", [this](sio::Socket& socket) {
        typing_->tell(kTicket, socket);
        typing_->stopped(kTicket, "bob");
    });
    EXPECT_EQ(heard(*ann), (Heard{on("bob"), off("bob")}));
}

TEST_F(TypingTest, IsForgottenWithItsPlace) {
    begin();
    auto ann = staff("ann");
    auto bob = staff("bob");
    types("bob");
    at_home([this] { typing_->forget(kTicket); });
    typing_->stopped(kTicket, "bob");
    EXPECT_EQ(heard(*ann), Heard{on("bob")});
}

TEST_F(TypingTest, StaysInItsOrgAndItsPlace) {
    begin();
    auto eve = join_as("/tickets", person("eve", Role::Agent, {}, "other"), rooms::ticket_staff("other", "7"));
    auto ann = join_as("/tickets", person("ann", Role::Agent), rooms::ticket_staff("acme", "8"));
    auto bob = staff("bob");
    types("bob");
    EXPECT_EQ(heard(*eve), Heard{});
    EXPECT_EQ(heard(*ann), Heard{});
}

TEST_F(TypingTest, InConversationsHasNamesOfItsOwn) {
    begin();
    auto carla = join_as("/chat", person("carla", Role::Customer), rooms::conversation("acme", "c"));
    auto bob = join_as("/chat", person("bob", Role::Agent), rooms::conversation("acme", "c"));
    const TypingPlace place{TypingPlace::Kind::Conversation, "acme", "c"};
    typing_->started(place, identity_from(person("bob", Role::Agent)), handle_of("bob"), false);
    typing_->stopped(place, "bob");
    EXPECT_EQ(heard(*carla, "/chat"),
              (Heard{R"(["chat:typing",{"conversationId":"c","user":{"id":"bob","name":"Name of bob","avatarUrl":null,"role":"agent"}}])",
                     R"(["chat:stopTyping",{"conversationId":"c","userId":"bob"}])"}));
}

TEST_F(TypingTest, MultiLoopTellsSocketsOfEveryLoop) {
    options_.loops = 2;
    begin();
    std::vector<std::unique_ptr<Client>> others;
    for (int i = 0; i < 6; ++i) others.push_back(staff("u" + std::to_string(i)));
    auto bob = staff("bob");
    types("bob");
    typing_->stopped(kTicket, "bob");
    for (auto& other : others) EXPECT_EQ(heard(*other), (Heard{on("bob"), off("bob")}));
}

TEST_F(TypingTest, MultiLoopIsToldOnceToWhoComesAsItBegins) {
    options_.loops = 2;
    begin();
    auto bob = staff("bob");
    std::vector<std::unique_ptr<Client>> away_from_home;
    do away_from_home.push_back(staff("ann"));
    while (handle_of("ann").loop == home_loop(io(), "acme").index());
    Client& ann = *away_from_home.back();
    // The home loop reads what bob's socket sent before it looks into its mailbox.
    std::promise<void> asked;
    at_home([this, asked = asked.get_future().share()] {
        asked.wait();
        types("bob");
    });
    tell("ann");
    asked.set_value();
    EXPECT_EQ(heard(ann), Heard{on("bob")});
    typing_->stopped(kTicket, "bob");
    types("bob");
    EXPECT_EQ(heard(ann), (Heard{off("bob"), on("bob")})) << "and hears the rest like the others";
}

}  // namespace
}  // namespace desk
