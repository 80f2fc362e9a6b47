#include "desk/store/log.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

using testing::TempStore;

void append(TempStore& store, const std::string& org, int count) {
    for (int i = 0; i < count; ++i) {
        ASSERT_TRUE(store
                        ->write_and_wait(org,
                                         [](Transaction& tx) -> Result<int> {
                                             EventRow row;
                                             row.name = "chat:message";
                                             row.subject_kind = SubjectKind::Conversation;
                                             row.subject = "c1";
                                             row.author = "u";
                                             row.audience.shared_rooms = {"conv:c1"};
                                             row.payload = R"({"id":"m"})";
                                             row.customers = Customers::Own;
                                             row.customer_payload = "{}";
                                             tx.append(std::move(row));
                                             return 0;
                                         })
                        .has_value());
    }
}

Result<std::int64_t> resolve(TempStore& store, const std::string& org, const std::string& since) {
    return store->read_and_wait(org, [&since](const Snapshot& s) { return s.log().resolve(since); });
}

Cursor position(TempStore& store, const std::string& org) {
    return store->read_and_wait(org, [](const Snapshot& s) -> Result<Cursor> { return s.log().position(); }).value();
}

TEST(EventLog, StampsPayloadsAndReadsRowsBackAsTheyWereAnnounced) {
    TempStore store;
    append(store, "a", 3);
    const auto announced = store.take_rows();
    ASSERT_EQ(announced.size(), 3U);
    EXPECT_EQ(announced[0].payload, R"({"eventId":")" + announced[0].event_id + R"(","seq":1,"id":"m"})");
    EXPECT_EQ(announced[0].customer_payload, R"({"eventId":")" + announced[0].event_id + R"(","seq":1})");
    const auto stored = store->read_and_wait("a",
                                             [](const Snapshot& s) -> Result<std::vector<EventRow>> { return s.log().rows(1, 100, 100); });
    ASSERT_EQ(stored->size(), 2U);
    const EventRow& row = stored->at(0);
    EXPECT_EQ(row.seq, 2);
    EXPECT_EQ(row.event_id, announced[1].event_id);
    EXPECT_EQ(row.payload, announced[1].payload);
    EXPECT_EQ(row.customer_payload, announced[1].customer_payload);
    EXPECT_EQ(row.audience, announced[1].audience);
    EXPECT_EQ(row.author, "u");
    EXPECT_EQ(row.occurred_at_us, announced[1].occurred_at_us);
}

TEST(EventLog, OrgsCountForThemselves) {
    TempStore store;
    append(store, "a", 2);
    append(store, "b", 1);
    EXPECT_EQ(position(store, "a").seq, 2);
    EXPECT_EQ(position(store, "b").seq, 1);
    EXPECT_NE(position(store, "a").epoch, position(store, "b").epoch);
}

TEST(EventLog, CursorsAndEventIdsLeadToTheirPlace) {
    TempStore store;
    append(store, "a", 3);
    const auto rows = store.take_rows();
    EXPECT_EQ(resolve(store, "a", to_string(position(store, "a"))).value(), 3);
    EXPECT_EQ(resolve(store, "a", rows[1].event_id).value(), 2);
}

TEST(EventLog, ForeignOldAndFutureCursorsAreExpiredGarbageIsInvalid) {
    TempStore store;
    append(store, "a", 3);
    append(store, "b", 9);
    const auto epoch = position(store, "a").epoch;
    for (const auto& since : {to_string(position(store, "b")), epoch + ".4", std::string("0000.1"), store.take_rows().at(11).event_id}) {
        const auto refused = resolve(store, "a", since);
        ASSERT_FALSE(refused.has_value()) << since;
        EXPECT_EQ(refused.error().code, ErrorCode::CursorExpired);
    }
    EXPECT_EQ(resolve(store, "a", "nonsense").error().code, ErrorCode::InvalidPayload);
}

TEST(EventLog, TheCursorOfAnOrgWithoutEventsStaysGoodAfterItsFirst) {
    TempStore store;
    const std::string before = to_string(position(store, "a"));
    EXPECT_EQ(resolve(store, "a", before).value(), 0);
    append(store, "a", 2);
    EXPECT_EQ(resolve(store, "a", before).value(), 0);
}

TEST(EventLog, ATimeIsTheSeqBeforeTheFirstLaterRow) {
    TempStore store;
    append(store, "a", 5);
    const auto rows = store.take_rows();
    const auto since = [&](std::int64_t time) {
        return store->read_and_wait("a", [time](const Snapshot& s) { return s.log().resolve_time(time); }).value();
    };
    EXPECT_EQ(since(0), 0);
    EXPECT_EQ(since(rows[2].occurred_at_us), 2);
    EXPECT_EQ(since(rows[2].occurred_at_us + 1), 3);
    EXPECT_EQ(since(rows[4].occurred_at_us + 1), 5);
}

TEST(EventLog, FindsARowByItsEventId) {
    TempStore store;
    append(store, "a", 2);
    const auto id = store.take_rows().at(1).event_id;
    const auto find = [&](const std::string& org) {
        return store->read_and_wait(org, [&id](const Snapshot& s) -> Result<bool> { return s.log().find(id).has_value(); }).value();
    };
    EXPECT_TRUE(find("a"));
    EXPECT_FALSE(find("b"));
}

TEST(KnownUsers, ARecordRenewsWhoIsKnownAndMakesNobodyKnown) {
    KnownUsers known(2);
    User ann;
    ann.org = "o";
    ann.ref = {"ann", "Ann", std::nullopt, Role::Agent};
    ann.source = UserSource::Record;
    Actor actor;
    actor.org = "o";
    actor.user = "ann";
    known.renew(ann);
    EXPECT_FALSE(known.find(actor));
    known.learn(ann);
    ann.ref.name = "Anna";
    known.renew(ann);
    EXPECT_EQ(known.find(actor)->name, "Ann") << "no newer version";
    ann.version = 2;
    known.renew(ann);
    EXPECT_EQ(known.find(actor)->name, "Anna");
}

TEST(KnownUsers, ATokenThatSaysNothingNewNeedsNoWrite) {
    KnownUsers known(2);
    Actor actor = testing::person("u", Role::Agent, {"t"});
    actor.iat = 5;
    EXPECT_FALSE(known.find(actor).has_value());
    User user;
    user.org = actor.org;
    user.ref = actor.ref();
    user.teams = actor.teams;
    user.claims_iat = 5;
    known.learn(user);
    EXPECT_EQ(known.find(actor), actor.ref());
    actor.iat = 6;
    EXPECT_FALSE(known.find(actor).has_value());
    actor.iat = 4;
    actor.name = "Older name";
    EXPECT_EQ(known.find(actor)->name, user.ref.name);
    user.source = UserSource::Record;
    ++user.version;
    known.learn(user);
    actor.iat = 7;
    EXPECT_EQ(known.find(actor)->name, user.ref.name);
    known.forget("acme", "u");
    EXPECT_FALSE(known.find(actor).has_value());
}

TEST(Ensure, CreatesOrgTeamsAndUserFromClaimsAndFollowsTheNewestToken) {
    TempStore store;
    Actor actor = testing::person("u", Role::Agent, {"t1"});
    actor.iat = 10;
    const auto ensure = [&] {
        return store->write_and_wait("acme", [&](Transaction& tx) -> Result<UserRef> { return tx.ensure(actor); }).value();
    };
    EXPECT_EQ(ensure().name, "Name of u");
    actor.name = "New name";
    actor.iat = 11;
    EXPECT_EQ(ensure().name, "New name");
    actor.name = "Old token";
    actor.iat = 9;
    EXPECT_EQ(ensure().name, "New name");
    const auto stored = store->read_and_wait("acme", [](const Snapshot& s) -> Result<User> { return *s.users().find("u"); }).value();
    EXPECT_EQ(stored.version, 2);
    EXPECT_EQ(stored.teams, std::vector<std::string>{"t1"});
    EXPECT_TRUE(
        store->read_and_wait("acme", [](const Snapshot& s) -> Result<bool> { return s.teams().find("t1") && s.orgs().find(); }).value());
    EXPECT_FALSE(store->read_and_wait("other", [](const Snapshot& s) -> Result<bool> { return s.users().find("u").has_value(); }).value());
}

TEST(Ensure, ARecordBeatsEveryToken) {
    TempStore store;
    Actor actor = testing::person("u", Role::Admin);
    actor.iat = 99;
    ASSERT_TRUE(store
                    ->write_and_wait("acme",
                                     [&](Transaction& tx) -> Result<int> {
                                         tx.orgs().insert_if_absent(0);
                                         User user;
                                         user.org = "acme";
                                         user.ref = {"u", "By record", {}, Role::Agent};
                                         user.source = UserSource::Record;
                                         tx.save_user(user);
                                         return 0;
                                     })
                    .has_value());
    const auto ref = store->write_and_wait("acme", [&](Transaction& tx) -> Result<UserRef> { return tx.ensure(actor); }).value();
    EXPECT_EQ(ref.name, "By record");
    EXPECT_EQ(ref.role, Role::Agent);
}

}  // namespace
}  // namespace desk::store
