#include "desk/people/commands.hpp"

#include <gtest/gtest.h>

#include "desk/people/revocation.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::people {
namespace {

using store::testing::kAdmin;
using store::testing::kAgent;
using store::testing::kCustomer;
using store::testing::person;

class PeopleCommands : public store::testing::CommandTest {
protected:
    void SetUp() override {
        CommandTest::SetUp();
        store_.take_rows();
    }
    static CreateUser named(std::string id, std::string name) {
        CreateUser command;
        command.id = std::move(id);
        command.fields.name = std::move(name);
        return command;
    }
    static ChangeUser change(std::string id) {
        ChangeUser command;
        command.id = std::move(id);
        return command;
    }
    template <class T>
    static std::string why(const Result<T>& outcome) {
        return outcome ? "done" : outcome.error().details_json;
    }
};

TEST_F(PeopleCommands, AreForAdmins) {
    for (const Actor& actor : {kAgent, kCustomer, person("bot", Role::Bot)}) {
        EXPECT_EQ(run(actor, named("nora", "Nora")).error().code, ErrorCode::Forbidden);
        EXPECT_EQ(run(actor, change("alex")).error().code, ErrorCode::Forbidden);
        EXPECT_EQ(run(actor, CreateTeam{"t9", "Nine"}).error().code, ErrorCode::Forbidden);
        EXPECT_EQ(run(actor, ChangeOrg{"acme", {}, {}}).error().code, ErrorCode::Forbidden);
        EXPECT_EQ(run(actor, RevokeTokens{"alex", "jti", {}, {}}).error().code, ErrorCode::Forbidden);
    }
    Actor key = person("key", Role::Bot);
    key.admin_key = true;
    EXPECT_TRUE(run(key, named("nora", "Nora")).has_value());
    EXPECT_EQ(run(person("dora", Role::Admin, {}, "globex"), change("alex")).error().code, ErrorCode::RoomNotFound);
}

TEST_F(PeopleCommands, ARecordIsMadeOfSomebodyNewOrOfWhoseTokensWereSeen) {
    const auto fresh = run(kAdmin, named("nora", "Nora"));
    EXPECT_EQ(fresh->ref.role, Role::Customer);
    EXPECT_EQ(fresh->version, 1);
    const auto known = run(kAdmin, named("alex", "Alexander"));
    EXPECT_EQ(known->ref.role, Role::Agent);
    EXPECT_EQ(known->source, UserSource::Record);
    EXPECT_EQ(known->version, 2);
    EXPECT_EQ(store_.take_names(), (std::vector<std::string>{"user:updated", "user:updated"}));
    EXPECT_EQ(why(run(kAdmin, named("alex", "Again"))), R"("reason":"EXISTS")");
    EXPECT_EQ(why(run(kAdmin, CreateUser{})), R"("field":"name","reason":"REQUIRED")");
    EXPECT_TRUE(run(kAdmin, named("a:b", "Colon")).error().code == ErrorCode::InvalidPayload);
}

TEST_F(PeopleCommands, AChangeSetsWhatItNamesAndClearsWhatIsNull) {
    auto command = change("alex");
    command.fields.email = "alex@acme.example";
    command.fields.company = "Acme";
    EXPECT_EQ(run(kAdmin, command)->email, "alex@acme.example");
    command.fields = {};
    command.fields.email.emplace(std::nullopt);
    const auto cleared = run(kAdmin, command);
    EXPECT_EQ(cleared->email, std::nullopt);
    EXPECT_EQ(cleared->company, "Acme");
    store_.take_rows();
    EXPECT_EQ(run(kAdmin, command)->version, cleared->version);
    EXPECT_TRUE(store_.take_rows().empty()) << "nothing was different";
}

TEST_F(PeopleCommands, AChangeOfAnotherVersionConflicts) {
    auto command = change("alex");
    command.fields.name = "New";
    command.if_version = 7;
    EXPECT_EQ(why(run(kAdmin, command)), R"("version":1,"reason":"VERSION")");
    command.if_version = 1;
    EXPECT_EQ(run(kAdmin, command)->version, 2);
}

TEST_F(PeopleCommands, FieldsAreChecked) {
    const auto refused = [this](auto set) {
        auto command = change("alex");
        set(command.fields);
        const auto outcome = run(kAdmin, command);
        return outcome ? "let through" : outcome.error().details_json;
    };
    EXPECT_EQ(refused([](UserFields& f) { f.teams = {"t1", "nowhere"}; }), R"("field":"teamIds","reason":"UNKNOWN_TEAM")");
    EXPECT_EQ(refused([](UserFields& f) { f.role = Role::System; }), R"("field":"role","reason":"UNKNOWN_VALUE")");
    for (const auto* email : {"none", "@x", "x@", "a@b@c", "a b@c"})
        EXPECT_TRUE(refused([&](UserFields& f) { f.email = email; }).contains("email")) << email;
    for (const auto* url : {"javascript:alert(1)", "//evil.example/x", "https://x/\"onload=", "data:x"})
        EXPECT_TRUE(refused([&](UserFields& f) { f.avatar_url = url; }).contains("avatarUrl")) << url;
    for (const auto* zone : {"Europe/", "/UTC", "a b", "../etc"})
        EXPECT_TRUE(refused([&](UserFields& f) { f.timezone = zone; }).contains("timezone")) << zone;
    EXPECT_EQ(refused([](UserFields& f) {
                  f.avatar_url = "https://x/y.png";
                  f.timezone = "America/Argentina/Buenos_Aires";
                  f.locale = "de-CH";
                  f.teams = {"t1", "t1"};
              }),
              "let through");
}

TEST_F(PeopleCommands, TeamsAndTheOrgHaveVersions) {
    EXPECT_EQ(run(kAdmin, CreateTeam{"t9", "Nine"})->version, 1);
    EXPECT_EQ(why(run(kAdmin, CreateTeam{"t9", "Nine"})), R"("reason":"EXISTS")");
    EXPECT_EQ(run(kAdmin, ChangeTeam{"t9", 1, "Neun"})->version, 2);
    EXPECT_EQ(why(run(kAdmin, ChangeTeam{"t9", 1, "Ten"})), R"("version":2,"reason":"VERSION")");
    EXPECT_EQ(run(kAdmin, ChangeTeam{"none", {}, "x"}).error().code, ErrorCode::RoomNotFound);
    EXPECT_TRUE(store_.take_rows().empty()) << "nobody is told of teams";

    ChangeOrg org{"acme", {}, {}};
    org.fields.visibility = AgentScope::Team;
    EXPECT_EQ(run(kAdmin, org)->version, 2);
    EXPECT_EQ(run(kAdmin, org)->version, 2);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].audience, Audience{}) << "for the servers only";
    EXPECT_EQ(run(kAdmin, ChangeOrg{"globex", {}, {}}).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(why(run(kAdmin, CreateOrg{})), R"("reason":"EXISTS")");
}

TEST_F(PeopleCommands, TokensAreTakenBackOneWayAtATime) {
    EXPECT_TRUE(run(kAdmin, RevokeTokens{"anybody", "jti-1", {}, {}}).has_value()) << "tokens are made elsewhere";
    EXPECT_TRUE(run(kAdmin, RevokeTokens{"alex", {}, 100, 200}).has_value());
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "session:revoked");
    EXPECT_EQ(rows[0].audience, Audience{});
    for (const auto& wrong : {RevokeTokens{"alex", {}, {}, {}}, RevokeTokens{"alex", "jti", 100, {}}, RevokeTokens{"alex", "", {}, {}},
                              RevokeTokens{"alex", std::string(257, 'x'), {}, {}}, RevokeTokens{"a:b", "jti", {}, {}}}) {
        EXPECT_EQ(run(kAdmin, wrong).error().code, ErrorCode::InvalidPayload);
    }
    EXPECT_EQ(read([](const store::Snapshot& snapshot) { return snapshot.revocations().list(0).size(); }), 2U);
}

}  // namespace
}  // namespace desk::people
