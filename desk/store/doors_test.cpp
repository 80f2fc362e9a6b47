#include "desk/store/doors.hpp"

#include <gtest/gtest.h>

#include "desk/store/janitor.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

using testing::TempStore;

template <class Action>
auto in(TempStore& store, const std::string& org, Action action) {
    return store->write_and_wait(org, [&](Transaction& tx) -> Result<std::invoke_result_t<Action&, Transaction&>> { return action(tx); })
        .value();
}

int add_event(Transaction& tx) {
    EventRow row;
    row.name = "user:updated";
    row.subject_kind = SubjectKind::User;
    row.subject = "u";
    row.audience.users = {"u"};
    row.payload = "{}";
    tx.append(std::move(row));
    return 0;
}

TEST(IdempotencyKeys, AreFoundByTheirHolderUntilTheirTime) {
    TempStore store;
    const auto find = [&](const std::string& org, std::string_view holder, std::int64_t now) {
        return in(store, org, [&](Transaction& tx) { return IdempotencyKeys(tx.session(), tx.org()).find(holder, "k", now).has_value(); });
    };
    in(store, "a", [](Transaction& tx) {
        IdempotencyKeys(tx.session(), tx.org()).insert("u", "k", {"hash", 201, R"({"id":1})"}, 1000);
        return 0;
    });
    EXPECT_TRUE(find("a", "u", 999));
    EXPECT_FALSE(find("a", "u", 1000));
    EXPECT_FALSE(find("a", "v", 0));
    EXPECT_FALSE(find("b", "u", 0));
    const auto pruned = in(store, "a", [](Transaction& tx) { return prune_doors(tx).rows; });
    EXPECT_EQ(pruned, 1);
}

TEST(ApiKeys, AreKeptByHash) {
    TempStore store;
    in(store, "a", [](Transaction& tx) {
        ApiKeys(tx.session()).insert({"key_1", "backend", "h1", {"publish"}, {"a", "b"}, 5});
        return 0;
    });
    const auto found = in(store, "a", [](Transaction& tx) { return ApiKeys(tx.session()).find_by_hash("h1"); });
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->orgs, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(in(store, "a", [](Transaction& tx) { return ApiKeys(tx.session()).remove("key_1"); }));
    EXPECT_FALSE(in(store, "a", [](Transaction& tx) { return ApiKeys(tx.session()).find_by_hash("h1").has_value(); }));
}

TEST(Revocations, OfAUserOnlyGrow) {
    TempStore store;
    in(store, "a", [](Transaction& tx) {
        Revocations revocations(tx.session(), tx.org());
        revocations.save({Revocation::Kind::User, "u", 50, 100});
        revocations.save({Revocation::Kind::User, "u", 40, 90});
        revocations.save({Revocation::Kind::Token, "jti", 0, 10});
        return 0;
    });
    const auto list = [&](const std::string& org) {
        return in(store, org, [](Transaction& tx) { return Revocations(tx.session(), tx.org()).list(20); });
    };
    ASSERT_EQ(list("a").size(), 1U);
    EXPECT_EQ(list("a")[0].issued_before, 50);
    EXPECT_TRUE(list("b").empty());
}

TEST(Janitor, PrunesTheLogInBatchesAndExpiresItsCursors) {
    TempStore store;
    for (int i = 0; i < 5; ++i) in(store, "a", add_event);
    const auto rows = store.take_rows();
    const auto epoch = in(store, "a", [](Transaction& tx) { return tx.position().epoch; });
    const std::int64_t before = rows[3].occurred_at_us;
    const auto first = in(store, "a", [&](Transaction& tx) { return prune_log(tx, before, 2); });
    EXPECT_EQ(first.rows, 2);
    EXPECT_TRUE(first.more);
    const auto second = in(store, "a", [&](Transaction& tx) { return prune_log(tx, before, 2); });
    EXPECT_EQ(second.rows, 1);
    EXPECT_FALSE(second.more);
    const auto resolve = [&](const std::string& since) {
        return store->read_and_wait("a", [&](const Snapshot& s) { return s.log().resolve(since); });
    };
    EXPECT_EQ(resolve(epoch + ".2").error().code, ErrorCode::CursorExpired);
    EXPECT_EQ(resolve(rows[0].event_id).error().code, ErrorCode::CursorExpired);
    EXPECT_EQ(resolve(epoch + ".3").value(), 3);
    EXPECT_EQ(in(store, "a", [](Transaction& tx) { return tx.position().seq; }), 5);
}

TEST(Janitor, ANewEpochRefusesOldCursors) {
    TempStore store;
    in(store, "a", add_event);
    const auto old = in(store, "a", [](Transaction& tx) { return to_string(tx.position()); });
    in(store, "a", [](Transaction& tx) {
        new_epoch(tx);
        return 0;
    });
    const auto refused = store->read_and_wait("a", [&](const Snapshot& s) { return s.log().resolve(old); });
    EXPECT_EQ(refused.error().code, ErrorCode::CursorExpired);
    EXPECT_EQ(refused.error().details_json, R"("reason":"EPOCH")");
}

}  // namespace
}  // namespace desk::store
