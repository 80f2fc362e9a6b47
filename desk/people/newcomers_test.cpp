#include "desk/people/newcomers.hpp"

#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::people {
namespace {

using desk::testing::person;

class NewcomersTest : public desk::testing::DeskTest {
protected:
    void SetUp() override {
        start();
        newcomers_.emplace(*store_, directory_, io().loops().at(0));
    }
    void TearDown() override {
        DeskTest::TearDown();
        store_->stop();
    }
    void seen(const auth::Claims& who) { newcomers_->seen(identity_from(who)); }
    std::optional<User> stored(const std::string& id) {
        return store_
            ->read_and_wait("acme",
                            [&](const store::Snapshot& snapshot) -> Result<std::optional<User>> { return snapshot.users().find(id); })
            .value();
    }
    User wait_for(const std::string& id) {
        for (;;) {
            if (auto user = stored(id)) return *user;
        }
    }

    store::testing::TempStore store_;
    std::optional<Newcomers> newcomers_;
};

TEST_F(NewcomersTest, StaffWhoConnectAreNotedWithTheirTeams) {
    seen(person("ann", Role::Agent, {"t1"}));
    const User ann = wait_for("ann");
    EXPECT_EQ(ann.source, UserSource::Claims);
    EXPECT_EQ(ann.teams, std::vector<std::string>{"t1"});
    seen(person("bob", Role::Admin));
    EXPECT_EQ(wait_for("bob").ref.role, Role::Admin);
}

TEST_F(NewcomersTest, CustomersBotsAndWhoHasARecordAreNot) {
    directory_.learn("acme", "rec", {.name = "Recorded", .avatar_url = {}, .role = Role::Agent, .teams = {}, .company = {}, .version = 1});
    seen(person("carl", Role::Customer));
    seen(person("bot", Role::Bot));
    seen(person("rec", Role::Agent));
    seen(person("last", Role::Agent));
    wait_for("last");
    for (const auto* id : {"carl", "bot", "rec"}) EXPECT_FALSE(stored(id)) << id;
}

TEST_F(NewcomersTest, WhoComesAgainIsWrittenOnlyWithSomethingNew) {
    seen(person("ann", Role::Agent));
    wait_for("ann");
    seen(person("ann", Role::Agent));
    auto renamed = person("ann", Role::Agent);
    renamed.name = "Ann the Second";
    renamed.iat = 5;
    seen(renamed);
    while (wait_for("ann").ref.name != "Ann the Second") {
    }
    EXPECT_EQ(wait_for("ann").version, 2);
}

TEST_F(NewcomersTest, ManyWhoComeTogetherAreAllNoted) {
    for (int i = 0; i < 700; ++i) seen(person("user-" + std::to_string(i), Role::Agent));
    for (int i = 0; i < 700; ++i) EXPECT_EQ(wait_for("user-" + std::to_string(i)).ref.role, Role::Agent);
}

}  // namespace
}  // namespace desk::people
