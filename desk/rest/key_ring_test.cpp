#include "desk/rest/key_ring.hpp"

#include <gtest/gtest.h>

#include "desk/auth/api_key.hpp"
#include "desk/rest/api_keys.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::rest {
namespace {

using store::testing::TempStore;

store::ApiKey key(const std::string& id, std::vector<std::string> scopes = {"read"}, std::vector<std::string> orgs = {"acme"}) {
    return {id, "Name of " + id, auth::api_key_hash("idk_" + id), std::move(scopes), std::move(orgs), 0};
}

TEST(KeyRing, FindsAKeyByItsTextAsABotOfItsOrgs) {
    KeyRing ring;
    ring.load({key("a", {"publish"}, {"acme", "globex"})}, 1);
    const auto found = ring.find("idk_a");
    ASSERT_TRUE(found);
    const auto identity = found->in("globex");
    ASSERT_TRUE(identity);
    EXPECT_EQ(identity->actor.org, "globex");
    EXPECT_EQ(identity->actor.user, "a");
    EXPECT_EQ(identity->actor.role, Role::Bot);
    EXPECT_FALSE(identity->actor.administers());
    EXPECT_FALSE(found->in("initech"));
    EXPECT_FALSE(ring.find("idk_b"));
    EXPECT_FALSE(ring.find(""));
}

TEST(KeyRing, AdminMayReadButNotPublish) {
    KeyRing ring;
    ring.load({key("a", {"admin"}), key("r")}, 1);
    const auto admin = ring.find("idk_a");
    EXPECT_TRUE(admin->may(KeyScope::Admin));
    EXPECT_TRUE(admin->may(KeyScope::Read));
    EXPECT_FALSE(admin->may(KeyScope::Publish));
    EXPECT_TRUE(admin->in("acme")->actor.administers());
    EXPECT_FALSE(ring.find("idk_r")->may(KeyScope::Admin));
}

TEST(KeyRing, WhatWasReadBeforeARevocationDoesNotBringTheKeyBack) {
    KeyRing ring;
    ring.load({key("a"), key("b")}, 1);
    ring.remove("a", 3);  // and somebody else's change 2 has not been read
    EXPECT_FALSE(ring.find("idk_a"));
    EXPECT_FALSE(ring.knows(3));
    ring.load({key("a"), key("b"), key("c")}, 2);
    EXPECT_FALSE(ring.find("idk_a"));
    ring.load({key("b"), key("c")}, 3);
    EXPECT_TRUE(ring.find("idk_c"));
    EXPECT_TRUE(ring.knows(3));
    ring.put(key("d"), 4);
    EXPECT_TRUE(ring.knows(4));
}

class ApiKeyCommands : public testing::Test {
protected:
    Result<MadeApiKey> make(NewApiKey wanted) {
        return store_->write_and_wait("acme", [&](store::Transaction& tx) { return make_api_key(tx, wanted); });
    }
    Result<RevokedApiKey> revoke(const std::string& id, const std::string& org) {
        return store_->write_and_wait("acme", [&](store::Transaction& tx) { return revoke_api_key(tx, id, org); });
    }
    std::vector<store::ApiKey> stored() {
        return store_
            ->read_and_wait(
                "", [](const store::Snapshot& s) -> Result<std::vector<store::ApiKey>> { return store::ApiKeys(s.session()).list(); })
            .value();
    }
    TempStore store_;
};

TEST_F(ApiKeyCommands, OnlyTheHashIsKept) {
    const auto made = make({"Backend", {KeyScope::Publish, KeyScope::Publish}, {"acme"}});
    ASSERT_TRUE(made.has_value());
    const auto keys = stored();
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].hash, auth::api_key_hash(made->secret));
    EXPECT_EQ(keys[0].scopes, std::vector<std::string>{"publish"});
    EXPECT_FALSE(to_json(keys[0], "acme").contains(made->secret));
    EXPECT_TRUE(to_json(keys[0], "acme", made->secret).contains(made->secret));
}

TEST_F(ApiKeyCommands, NeedANameScopesAndOrgs) {
    for (const NewApiKey& bad :
         {NewApiKey{" ", {KeyScope::Read}, {"acme"}}, NewApiKey{"x", {}, {"acme"}}, NewApiKey{"x", {KeyScope::Read}, {}},
          NewApiKey{"x", {KeyScope::Read}, {"a:b"}}, NewApiKey{"x", {KeyScope::Read}, std::vector<std::string>(101, "acme")}}) {
        EXPECT_EQ(make(bad).error().code, ErrorCode::InvalidPayload);
    }
    EXPECT_TRUE(stored().empty());
}

TEST_F(ApiKeyCommands, AnOrgTakesAKeyFromItselfOnly) {
    const auto made = make({"Both", {KeyScope::Read}, {"acme", "globex"}});
    EXPECT_EQ(revoke(made->key.id, "initech").error().code, ErrorCode::RoomNotFound);
    const auto first = revoke(made->key.id, "acme");
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->left.value().orgs, std::vector<std::string>{"globex"});
    EXPECT_EQ(revoke(made->key.id, "acme").error().code, ErrorCode::RoomNotFound);
    const auto last = revoke(made->key.id, "globex");
    EXPECT_FALSE(last->left.has_value());
    EXPECT_GT(last->revision, first->revision);
    EXPECT_TRUE(stored().empty());
}

}  // namespace
}  // namespace desk::rest
