#include "desk/people/views.hpp"

#include <gtest/gtest.h>

#include "desk/people/commands.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::people {
namespace {

using store::testing::kAdmin;
using store::testing::kAgent;
using store::testing::kCustomer;
using store::testing::person;

/// Beside the usual people dan, another customer, and gil, an agent who has left.
class PeopleViews : public store::testing::CommandTest {
protected:
    void SetUp() override {
        CommandTest::SetUp();
        write([](store::Transaction& tx) { tx.ensure(person("dan", Role::Customer)); });
        CreateUser gil;
        gil.id = "gil";
        gil.fields = {.name = "Gil", .role = Role::Agent, .active = false, .email = "gil@acme.example"};
        ASSERT_TRUE(run(kAdmin, gil).has_value());
    }
    std::string user(const Actor& actor, const std::string& id) {
        return read([&](const store::Snapshot& snapshot) { return show_user(snapshot, actor, id); }).value_or("hidden");
    }
    std::string users(const Actor& actor, const UserPage& page) {
        return read([&](const store::Snapshot& snapshot) { return list_users(snapshot, actor, page); }).value();
    }
};

TEST_F(PeopleViews, StaffReadEverybody) {
    EXPECT_TRUE(user(kAgent, "gil").contains(R"("email":"gil@acme.example")"));
    EXPECT_TRUE(user(kAgent, "dan").contains(R"("role":"customer")"));
    EXPECT_EQ(user(kAgent, "nobody"), "hidden");
}

TEST_F(PeopleViews, CustomersReadOfStaffTheirNamesOfCustomersNothing) {
    EXPECT_EQ(user(kCustomer, "alex"), R"({"id":"alex","name":"Name of alex","avatarUrl":null,"role":"agent"})");
    EXPECT_EQ(user(kCustomer, "dan"), "hidden");
    EXPECT_EQ(user(kCustomer, "gil"), "hidden") << "who has left";
    EXPECT_TRUE(user(kCustomer, "carla").contains(R"("orgId":"acme")")) << "their own record";
    const auto listed = users(kCustomer, {.after = {}, .limit = 50, .role = Role::Customer});
    for (const auto* id : {"alex", "bo", "dora"}) EXPECT_TRUE(listed.contains(R"("id":")" + std::string(id) + '"')) << id;
    for (const auto* id : {"dan", "gil", "carla", "email"}) EXPECT_FALSE(listed.contains('"' + std::string(id) + '"')) << id;
}

TEST_F(PeopleViews, PagesGoOnBehindTheLastId) {
    const auto first = users(kAdmin, {.after = {}, .limit = 2, .role = {}});
    EXPECT_TRUE(first.ends_with(R"("nextCursor":"bo"})")) << first;
    const auto rest = users(kAdmin, {.after = "bo", .limit = 50, .role = {}});
    EXPECT_FALSE(rest.contains(R"("id":"bo")"));
    EXPECT_TRUE(rest.ends_with(R"("nextCursor":null})")) << rest;
    EXPECT_FALSE(users(kAdmin, {.after = {}, .limit = 50, .role = Role::Admin}).contains(R"("id":"alex")"));
}

TEST_F(PeopleViews, TeamsAreForStaffAndSettingsForEverybodyOfTheOrg) {
    const auto team = [this](const Actor& actor) {
        return read([&](const store::Snapshot& snapshot) { return show_team(snapshot, actor, "t1"); });
    };
    EXPECT_TRUE(team(kAgent).has_value());
    EXPECT_EQ(team(kCustomer).error().code, ErrorCode::Forbidden);
    const auto org = [this](const std::string& id) {
        return read([&](const store::Snapshot& snapshot) { return show_org(snapshot, kCustomer, id); });
    };
    EXPECT_TRUE(org("acme")->contains(R"("visibility":"org")"));
    EXPECT_EQ(org("globex").error().code, ErrorCode::RoomNotFound);
}

}  // namespace
}  // namespace desk::people
