#include "desk/people/publish.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::people {
namespace {

class PublishedUsers : public store::testing::CommandTest {
protected:
    void SetUp() override {
        CommandTest::SetUp();
        store_.take_rows();
    }
    Result<bool> publish(const PublishUser& command) {
        return store_->write_and_wait("acme", [&](store::Transaction& tx) { return people::run(tx, command); });
    }
    User stored(const std::string& id) {
        return *read([&](const store::Snapshot& snapshot) { return snapshot.users().find(id); });
    }
    static PublishUser named(std::string id, std::string name, std::optional<Role> role = {}, std::optional<std::int64_t> version = {}) {
        PublishUser command{std::move(id), version, {}};
        command.fields.name = std::move(name);
        command.fields.role = role;
        return command;
    }
};

TEST_F(PublishedUsers, SomebodyNewGetsARecordAndTheirTeams) {
    PublishUser command = named("nora", "Nora", Role::Agent, 41);
    command.fields.teams = {"t7"};
    EXPECT_TRUE(publish(command).value());
    EXPECT_EQ(stored("nora").source, UserSource::Record);
    EXPECT_EQ(stored("nora").version, 41);
    EXPECT_TRUE(read([](const store::Snapshot& snapshot) { return snapshot.teams().find("t7").has_value(); }));
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].name, "user:updated");
    EXPECT_EQ(rows[0].audience.users, std::vector<std::string>{"nora"});
}

TEST_F(PublishedUsers, SomebodyNewNeedsNameAndRole) {
    EXPECT_EQ(publish(named("nora", "Nora")).error().code, ErrorCode::InvalidPayload);
    PublishUser nameless{"nora", std::nullopt, {}};
    nameless.fields.role = Role::Agent;
    EXPECT_EQ(publish(nameless).error().code, ErrorCode::InvalidPayload);
}

TEST_F(PublishedUsers, WhatIsAbsentStaysAndARecordComesOfClaims) {
    EXPECT_TRUE(publish(named("alex", "Alexander")).value());
    const User alex = stored("alex");
    EXPECT_EQ(alex.ref.name, "Alexander");
    EXPECT_EQ(alex.ref.role, Role::Agent);
    EXPECT_EQ(alex.teams, std::vector<std::string>{"t1"});
    EXPECT_EQ(alex.source, UserSource::Record);
}

TEST_F(PublishedUsers, TheSameAgainSaysNothing) {
    EXPECT_TRUE(publish(named("alex", "Alexander")).value());
    store_.take_rows();
    EXPECT_TRUE(publish(named("alex", "Alexander")).value());
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(PublishedUsers, AnOlderVersionIsStaleAndWhatAdminsDoMakesNoneSo) {
    EXPECT_TRUE(publish(named("alex", "Five", {}, 5)).value());
    EXPECT_FALSE(publish(named("alex", "Four", {}, 4)).value());
    EXPECT_FALSE(publish(named("alex", "Five again", {}, 5)).value());
    ChangeUser change;
    change.id = "alex";
    change.fields.name = "By an admin";
    ASSERT_TRUE(CommandTest::run(store::testing::kAdmin, change).has_value());
    EXPECT_EQ(stored("alex").version, 6);
    EXPECT_TRUE(publish(named("alex", "Six", {}, 6)).value());
    EXPECT_EQ(stored("alex").ref.name, "Six");
    EXPECT_EQ(stored("alex").version, 7);
}

TEST_F(PublishedUsers, OnlyWhoAdministersWritesAnAdminsRecord) {
    EXPECT_EQ(publish(named("alex", "Alex", Role::Admin)).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(publish(named("dora", "Dora", Role::Customer)).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(stored("dora").ref.role, Role::Admin);
    PublishUser command = named("alex", "Alex", Role::Admin);
    command.by_admin = true;
    EXPECT_TRUE(publish(command).value());
    EXPECT_EQ(stored("alex").ref.role, Role::Admin);
}

}  // namespace
}  // namespace desk::people
