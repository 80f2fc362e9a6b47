#include "desk/delivery/recheck.hpp"

#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk {
namespace {

using testing::person;

/// ann's own ticket T-1, and T-2, which is carl's. As an agent she may see both, as a customer her own.
class RecheckTest : public testing::DeskTest {
protected:
    void SetUp() override {
        sio::Namespace& nsp = guarded("/tickets");
        guarded("/chat");
        typing_.emplace(io(), limits_, std::chrono::seconds(5), bus_);
        rechecks_.emplace(io(), *store_, *typing_);
        nsp.on("sync", [](sio::Socket&, const sio::Event& event) { event.ack(); });
        start();
        for (const auto* requester : {"ann", "carl"}) {
            const auto done = store_->write_and_wait("acme", [&](store::Transaction& tx) -> Result<int> {
                Ticket ticket;
                ticket.org = "acme";
                ticket.requester = tx.ensure(store::testing::person(requester, Role::Customer));
                ticket.number = tx.next_ticket_number();
                ticket.id = "T-" + std::to_string(ticket.number);
                tx.tickets().insert(ticket);
                return 0;
            });
            ASSERT_TRUE(done.has_value());
        }
        ann_ = join_as("/tickets", person("ann", Role::Agent));
        at_socket("ann", [](sio::Socket& socket) {
            for (const auto* id : {"T-1", "T-2"}) socket.join(rooms::ticket_staff("acme", id));
            seat_of(socket).subscribed = 2;
        });
    }
    /// She becomes that; `meanwhile` happens before the store has answered.
    template <class Meanwhile>
    void become(Role role, Meanwhile meanwhile) {
        at_socket("ann", [&](sio::Socket& socket) {
            visitor_of(socket).identity = identity_from(person("ann", role));
            sio::Socket* const sockets[] = {&socket};
            rechecks_->begin(sockets);
            meanwhile(socket);
        });
    }
    /// An event of a ticket, for a socket that is being checked.
    void tell(sio::Socket& socket, const std::string& ticket, std::string_view event, bool lost = false) {
        const std::string room = ticket.empty() ? std::string() : rooms::pending("acme", ticket);
        Rechecks::hold(*seat_of(socket).recheck, room, socket.nsp().encode(event), lost);
    }
    /// The names of what has come, in order; packets wait while she is checked, so it has ended by then.
    std::vector<std::string> heard() {
        ann_->send(R"(42/tickets,9["sync"])");
        std::vector<std::string> names;
        for (;;) {
            const std::string message = ann_->receive();
            if (!message.starts_with("42/tickets,[\"")) return names;
            names.push_back(message.substr(13, message.find('"', 13) - 13));
        }
    }
    bool in(const std::string& room) {
        return at_socket("ann", [&](sio::Socket& socket) { return socket.in_room(room); });
    }
    using Heard = std::vector<std::string>;

    store::testing::TempStore store_;
    std::optional<Typing> typing_;
    std::optional<Rechecks> rechecks_;
    std::unique_ptr<Client> ann_;
};

TEST_F(RecheckTest, WhatTheyMayKeepGoesOnAndTheRestIsTakenAway) {
    become(Role::Customer, [this](sio::Socket& socket) {
        EXPECT_FALSE(socket.in_room(rooms::ticket_staff("acme", "T-1"))) << "nothing leaks while it is looked up";
        tell(socket, "T-1", "of-her-own");
        tell(socket, "T-2", "of-another");
        tell(socket, "", "of-her-lists");
    });
    EXPECT_EQ(heard(), (Heard{"ticket:unsubscribed", "ticket:updated", "of-her-own", "of-her-lists"}));
    EXPECT_TRUE(in(rooms::ticket_customers("acme", "T-1")));
    EXPECT_FALSE(in(rooms::ticket_customers("acme", "T-2")));
    EXPECT_EQ(at_socket("ann", [](sio::Socket& socket) { return int{seat_of(socket).subscribed}; }), 1);
}

TEST_F(RecheckTest, ALossMeanwhileCountsWhateverTheStoreSays) {
    become(Role::Agent, [this](sio::Socket& socket) {
        tell(socket, "T-1", "before");
        tell(socket, "T-1", "loss", true);
    });
    EXPECT_EQ(heard(), (Heard{"ticket:unsubscribed", "ticket:updated"}));
    EXPECT_TRUE(in(rooms::ticket_staff("acme", "T-2")));
}

TEST_F(RecheckTest, RightsThatChangeOnceMoreAreJudgedOnceMore) {
    become(Role::Customer, [this](sio::Socket& socket) {
        visitor_of(socket).identity = identity_from(person("ann", Role::Agent));
        sio::Socket* const sockets[] = {&socket};
        rechecks_->begin(sockets);
    });
    EXPECT_EQ(heard(), Heard{});
    EXPECT_TRUE(in(rooms::ticket_staff("acme", "T-2")));
}

TEST_F(RecheckTest, WhatIsRemovedMayBeEnteredAgain) {
    at_socket("ann", [this](sio::Socket& socket) {
        rechecks_->remove(socket, "T-1");
        rechecks_->remove(socket, "none");
    });
    EXPECT_EQ(heard(), Heard{"ticket:unsubscribed"});
    EXPECT_FALSE(in(rooms::ticket_staff("acme", "T-1")));
}

TEST_F(RecheckTest, MoreThanCanWaitEndsTheConnection) {
    become(Role::Agent, [this](sio::Socket& socket) {
        for (int i = 0; i < 300; ++i) tell(socket, "T-1", "event");
    });
    EXPECT_TRUE(ann_->closed());
}

}  // namespace
}  // namespace desk
