#include "desk/session/identities.hpp"

#include "desk/session/rooms.hpp"
#include "desk/session/testing/desk_fixture.hpp"

namespace desk {
namespace {

using testing::person;

class IdentitiesTest : public testing::DeskTest {
protected:
    void SetUp() override {
        guarded("/");
        guarded("/tickets");
        guarded("/dashboard", Admission::Who::Admins);
        identities_.on_change([this](const std::vector<sio::Socket*>& sockets) {
            for (const sio::Socket* socket : sockets) checked_.emplace_back(socket->nsp().name());
        });
        start();
    }
    void become(const auth::Claims& claims) {
        at_socket("ann", [&](sio::Socket& socket) { identities_.change(socket.connection(), identity_from(claims)); });
    }
    bool in(const std::string& room) {
        return at_socket("ann", [&](sio::Socket& socket) { return socket.in_room(room); });
    }
    std::unique_ptr<Client> arrive(Role role, std::initializer_list<std::string_view> namespaces) {
        auto client = connect();
        for (const auto nsp : namespaces) EXPECT_EQ(client->join(nsp, testing::auth_of(person("ann", role, {"t1"}))).size(), 20U);
        return client;
    }

    std::vector<std::string> checked_;
};

TEST_F(IdentitiesTest, SocketsMoveToTheRoomsOfTheirNewRoleAndTeams) {
    const auto ann = arrive(Role::Agent, {"/", "/tickets"});
    become(person("ann", Role::Customer, {"t2"}));
    EXPECT_FALSE(in(rooms::staff("acme")));
    EXPECT_FALSE(in(rooms::team("acme", "t1")));
    EXPECT_TRUE(in(rooms::team("acme", "t2")));
    EXPECT_FALSE(in(rooms::team_staff("acme", "t2")));
    EXPECT_TRUE(in(rooms::user("acme", "ann")));
}

TEST_F(IdentitiesTest, OnlyWhatIsInSomethingIsCheckedAndOnlyIfTheRightsAreOthers) {
    const auto ann = arrive(Role::Agent, {"/", "/tickets"});
    become(person("ann", Role::Customer));
    EXPECT_TRUE(checked_.empty()) << "there is nothing they have entered";
    at_socket("ann", [](sio::Socket& socket) { seat_of(socket).subscribed = 1; });
    become(person("ann", Role::Customer));
    EXPECT_TRUE(checked_.empty()) << "the same rights";
    become(person("ann", Role::Agent));
    EXPECT_EQ(checked_, std::vector<std::string>{"/tickets"});
}

TEST_F(IdentitiesTest, WhatIsAboutToBeEnteredIsJudgedAnew) {
    const auto ann = arrive(Role::Agent, {"/tickets"});
    const auto changed = [this] { return at_socket("ann", [](sio::Socket& socket) { return seat_of(socket).pending->rights_changed; }); };
    at_socket("ann", [](sio::Socket& socket) { seat_of(socket).pending = std::make_unique<Pending>(); });
    become(person("ann", Role::Agent, {"t1"}));
    EXPECT_FALSE(changed());
    become(person("ann", Role::Agent, {"t2"}));
    EXPECT_TRUE(changed());
}

TEST_F(IdentitiesTest, WhoIsNoAdminAnyMoreLeavesTheDashboardOnly) {
    const auto ann = arrive(Role::Admin, {"/", "/dashboard"});
    become(person("ann", Role::Agent));
    const auto error = ann->receive();
    EXPECT_TRUE(error.starts_with(R"(42/dashboard,["error",{"code":"FORBIDDEN")")) << error;
    EXPECT_TRUE(error.contains("ROLE_CHANGED"));
    EXPECT_EQ(ann->receive(), "41/dashboard,");
    ann->send(R"(420["enter"])");
    EXPECT_EQ(ann->receive(), "430[]") << "the rest goes on";
}

}  // namespace
}  // namespace desk
