#include "desk/session/directory.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/temp_store.hpp"

namespace desk {
namespace {

auth::Claims claims(std::string org = "acme") {
    auth::Claims out;
    out.sub = "ann";
    out.name = "Ann";
    out.org = std::move(org);
    out.role = Role::Agent;
    out.teams = {"t1"};
    out.iat = 100;
    out.jti = "token-1";
    return out;
}

PersonRecord record(std::int64_t version, Role role = Role::Customer) {
    return {.name = "Recorded", .avatar_url = {}, .role = role, .active = true, .teams = {"t2"}, .company = {}, .version = version};
}

EventRow row(std::string name, std::string payload) {
    EventRow out;
    out.org = "acme";
    out.name = std::move(name);
    out.subject = "ann";
    out.payload = std::move(payload);
    return out;
}

store::Revocation of_user(std::int64_t issued_before) {
    return {store::Revocation::Kind::User, "ann", issued_before, std::numeric_limits<std::int64_t>::max()};
}

std::string_view reason(const Result<IdentityRef>& refused) {
    return refused ? std::string_view("let in") : std::string_view(refused.error().details_json);
}

TEST(Directory, WithoutARecordTheTokenSaysWhoSomebodyIs) {
    const Directory directory;
    const auto ann = directory.identify(claims());
    ASSERT_TRUE(ann.has_value());
    EXPECT_EQ((*ann)->actor.role, Role::Agent);
    EXPECT_EQ(directory.find("acme", "ann"), nullptr);
}

TEST(Directory, ARecordBeatsTheTokenInItsOrg) {
    Directory directory;
    directory.learn("acme", "ann", record(1));
    const Actor ann = directory.identify(claims()).value()->actor;
    EXPECT_EQ(ann.name, "Recorded");
    EXPECT_EQ(ann.role, Role::Customer);
    EXPECT_EQ(ann.teams, std::vector<std::string>{"t2"});
    EXPECT_EQ(ann.iat, 100) << "what the token alone knows stays";
    EXPECT_EQ(directory.identify(claims("globex")).value()->actor.role, Role::Agent);
}

TEST(Directory, RowsMayComeTwiceAndInAnyOrder) {
    Directory directory;
    directory.follow(row("user:updated", R"({"name":"New","role":"admin","active":true,"teamIds":["t9"],"version":3})"));
    directory.follow(row("user:updated", R"({"name":"Old","role":"agent","active":true,"teamIds":[],"version":2})"));
    const Actor ann = directory.identify(claims()).value()->actor;
    EXPECT_EQ(ann.name, "New");
    EXPECT_EQ(ann.role, Role::Admin);
    EXPECT_EQ(ann.teams, std::vector<std::string>{"t9"});
    directory.follow(row("ticket:updated", R"({"name":"Other","version":9})"));
    directory.follow(row("user:updated", "rubbish"));
    EXPECT_EQ(directory.identify(claims()).value()->actor.name, "New");
}

TEST(Directory, WhoIsNotActiveIsNotLetIn) {
    Directory directory;
    PersonRecord gone = record(1);
    gone.active = false;
    directory.learn("acme", "ann", gone);
    EXPECT_EQ(reason(directory.identify(claims())), R"("reason":"INACTIVE")");
    directory.learn("acme", "ann", record(2));
    EXPECT_TRUE(directory.identify(claims()).has_value());
}

TEST(Directory, TokensOfBeforeAreTakenBackAndLaterOnesAreNot) {
    Directory directory;
    directory.follow(row("session:revoked", to_json(of_user(101), "ann")));
    EXPECT_EQ(reason(directory.identify(claims())), R"("reason":"REVOKED")");
    auto later = claims();
    later.iat = 101;
    EXPECT_TRUE(directory.identify(later).has_value());
    auto undated = claims();
    undated.iat.reset();
    EXPECT_FALSE(directory.identify(undated).has_value());
    EXPECT_TRUE(directory.identify(claims("globex")).has_value());
    directory.revoke("acme", of_user(50));
    EXPECT_FALSE(directory.identify(claims()).has_value()) << "an earlier moment gives nothing back";
}

TEST(Directory, OneTokenIsTakenBackByItsName) {
    Directory directory;
    directory.revoke("acme", {store::Revocation::Kind::Token, "token-1", 0, std::numeric_limits<std::int64_t>::max()});
    EXPECT_FALSE(directory.identify(claims()).has_value());
    auto other = claims();
    other.jti = "token-2";
    EXPECT_TRUE(directory.identify(other).has_value());
    other.jti.reset();
    EXPECT_TRUE(directory.identify(other).has_value());
}

TEST(Directory, SaysWhenItIsFull) {
    Directory directory({.records = 2, .revocations = 1});
    directory.learn("acme", "ann", record(1));
    directory.learn("acme", "ann", record(2));
    EXPECT_FALSE(directory.records_full());
    directory.learn("acme", "bob", record(1));
    EXPECT_TRUE(directory.records_full());
    EXPECT_FALSE(directory.revocations_full());
    directory.revoke("acme", of_user(1));
    EXPECT_TRUE(directory.revocations_full());
}

TEST(Directory, LoadsRecordsAndRevocationsButNobodyWhomOnlyTokensMade) {
    store::testing::TempStore store;
    const auto written = store->write_and_wait("acme", [](store::Transaction& tx) -> Result<int> {
        tx.ensure(store::testing::person("bob", Role::Agent));
        User ann;
        ann.ref = {"ann", "Recorded", std::nullopt, Role::Admin};
        ann.org = "acme";
        ann.source = UserSource::Record;
        tx.save_user(ann);
        tx.revocations().save({store::Revocation::Kind::User, "carl", 200, tx.now_us() + 1'000'000'000});
        return 0;
    });
    ASSERT_TRUE(written.has_value());
    Directory directory;
    ASSERT_TRUE(directory.load(*store).has_value());
    EXPECT_EQ(directory.identify(claims()).value()->actor.role, Role::Admin);
    EXPECT_EQ(directory.find("acme", "bob"), nullptr);
    auto carl = claims();
    carl.sub = "carl";
    EXPECT_FALSE(directory.identify(carl).has_value());
}

}  // namespace
}  // namespace desk
