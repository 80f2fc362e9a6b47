#include <gtest/gtest.h>

#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "desk/store/testing/cut_connection.hpp"
#include "desk/store/testing/temp_store.hpp"

// Several servers at one PostgreSQL, which takes their connections away when it likes.
namespace desk::store {
namespace {

using testing::Cutter;
using testing::person;
using testing::TempStore;
using testing::TestDatabase;

EventRow event(const std::string& author) {
    EventRow row;
    row.name = "user:updated";
    row.subject_kind = SubjectKind::User;
    row.subject = author;
    row.author = author;
    row.audience.users = {author};
    row.payload = R"({"x":1})";
    return row;
}

StoreOptions at(const TestDatabase& database) {
    StoreOptions options = store_at(database.url());
    options.postgres.durable = false;
    options.writers = 2;
    options.readers = 1;
    options.executor.max_wait = std::chrono::seconds(60);  // however busy the machine is
    return options;
}

std::vector<EventRow> log_of(TempStore& store, const std::string& org) {
    return store
        ->read_and_wait(org, [](const Snapshot& s) -> Result<std::vector<EventRow>> { return s.log().rows(0, INT64_MAX, 1'000'000); })
        .value();
}

void expect_no_hole(const std::vector<EventRow>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_EQ(rows[i].seq, static_cast<std::int64_t>(i) + 1);
}

/// Writes of several stores at once, and what became of them.
class Writes {
public:
    explicit Writes(std::ptrdiff_t count) : left_(count) {}

    void submit(TempStore& store, const std::string& org, const std::string& author) {
        store->write(
            org, [author](Transaction& tx) -> Result<std::int64_t> { return tx.append(event(author)).seq; },
            [this, org](const Result<std::int64_t>& seq) {
                {
                    const std::scoped_lock lock(mutex_);
                    if (seq) {
                        twice_ = twice_ || !acked_.emplace(org, *seq).second;
                    } else {
                        unknown_ += seq.error().details_json == R"("reason":"UNKNOWN_OUTCOME")" ? 1U : 0U;
                        ++refused_;
                    }
                }
                left_.count_down();
            });
    }
    void wait() { left_.wait(); }

    std::size_t acked() const { return acked_.size(); }
    std::size_t refused() const { return refused_; }
    std::size_t unknown() const { return unknown_; }
    bool twice() const { return twice_; }

private:
    std::latch left_;
    std::mutex mutex_;
    std::set<std::pair<std::string, std::int64_t>> acked_;
    std::size_t refused_ = 0;
    std::size_t unknown_ = 0;
    bool twice_ = false;
};

TEST(PostgresShared, TwoServersWriteOneLogWithoutAHoleThreads) {
    const TestDatabase database;
    TempStore one(at(database));
    TempStore two(at(database));
    constexpr int kEach = 300;
    Writes writes(4L * kEach);
    for (int i = 0; i < kEach; ++i) {
        for (const auto* org : {"acme", "globex"}) {
            writes.submit(one, org, "u1");
            writes.submit(two, org, "u2");
        }
    }
    writes.wait();
    EXPECT_EQ(writes.acked(), 4U * kEach);
    EXPECT_FALSE(writes.twice());
    for (const auto* org : {"acme", "globex"}) {
        const auto rows = log_of(one, org);
        EXPECT_EQ(rows.size(), 2U * kEach);
        expect_no_hole(rows);
        EXPECT_EQ(log_of(two, org).size(), rows.size());
    }
    // Each is told of what it wrote itself, in order.
    const auto told = one.take_rows();
    EXPECT_EQ(told.size(), 2U * kEach);
    std::map<std::string, std::int64_t> last;
    for (const auto& row : told) EXPECT_GT(row.seq, std::exchange(last[row.org], row.seq));
}

TEST(PostgresShared, AnOrgThatBothMeetFirstIsMadeOnceThreads) {
    const TestDatabase database;
    TempStore one(at(database));
    TempStore two(at(database));
    constexpr int kOrgs = 40;
    Writes writes(2L * kOrgs);
    for (int i = 0; i < kOrgs; ++i) {
        writes.submit(one, "org" + std::to_string(i), "u");
        writes.submit(two, "org" + std::to_string(i), "u");
    }
    writes.wait();
    EXPECT_EQ(writes.acked(), 2U * kOrgs);
    EXPECT_FALSE(writes.twice());
}

TEST(PostgresShared, ServersThatStartAtOnceMigrateOnceThreads) {
    const TestDatabase database(TestDatabase::With::Nothing);
    std::vector<std::thread> servers;
    std::atomic<int> opened = 0;
    for (int i = 0; i < 4; ++i) {
        servers.emplace_back([&] {
            sio::NullLog log;
            const auto store = Store::open(at(database), log);
            if (store) ++opened;
            EXPECT_TRUE(store.has_value()) << store.error();
        });
    }
    for (auto& server : servers) server.join();
    EXPECT_EQ(opened, 4);
    const auto session = database.session();
    auto rows = session->query("SELECT COUNT(*) FROM schema_version");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), schema_version());
}

TEST(PostgresShared, WhatAnotherServerWroteOfSomebodyIsSeenByTheNextCommand) {
    const TestDatabase database;
    TempStore one(at(database));
    TempStore two(at(database));
    const auto name_at = [](TempStore& store, const Actor& actor) {
        return store->write_and_wait("acme", [&](Transaction& tx) -> Result<std::string> { return tx.ensure(actor).name; }).value();
    };
    Actor ann = person("ann", Role::Agent);
    ann.iat = 100;
    EXPECT_EQ(name_at(one, ann), "Name of ann");
    Actor renamed = ann;
    renamed.name = "Ann Later";
    renamed.iat = 200;
    EXPECT_EQ(name_at(two, renamed), "Ann Later");
    EXPECT_EQ(name_at(one, ann), "Ann Later");
    EXPECT_EQ(name_at(two, ann), "Ann Later");
}

/// A store whose connections are cut at the Nth call, for N = 1, 2, ... until a command gets through without meeting it.
class PostgresCut : public ::testing::TestWithParam<Cutter::When> {};

TEST_P(PostgresCut, AtAnyCallNothingIsLostOrDoneTwice) {
    TestDatabase database;
    Cutter cutter{.cut = [&] { ASSERT_GE(database.end_connections(), 1); }, .when = GetParam()};
    auto options = at(database);
    options.writers = 1;
    bool writer = false;
    options.wrap = [&](std::unique_ptr<sql::Connection> connection) -> std::unique_ptr<sql::Connection> {
        // The first is the migrator's, the second the writer's.
        if (std::exchange(writer, true)) return std::make_unique<testing::CutConnection>(std::move(connection), cutter);
        return connection;
    };
    options.readers = 0;
    TempStore store(std::move(options));
    TempStore beside(at(database));
    std::size_t committed = 0;
    std::size_t unknown = 0;
    int calls = 0;
    for (bool met = true; met; ++calls) {
        cutter.left = calls;
        const auto outcome = store->write_and_wait("acme", [](Transaction& tx) -> Result<std::int64_t> {
            tx.teams().save({"t" + std::to_string(tx.position().seq + 1), "Team", 1});
            return tx.append(event("u")).seq;
        });
        met = cutter.left < 0;
        cutter.left = -1;
        const auto rows = log_of(beside, "acme");
        if (outcome) {
            EXPECT_EQ(*outcome, static_cast<std::int64_t>(committed) + 1);
            ASSERT_EQ(rows.size(), committed + 1);
        } else {
            ++unknown;
            EXPECT_EQ(outcome.error().code, ErrorCode::Unavailable);
            EXPECT_EQ(outcome.error().details_json, R"("reason":"UNKNOWN_OUTCOME")") << "call " << calls;
            ASSERT_LE(rows.size(), committed + 1);
        }
        committed = rows.size();
        expect_no_hole(rows);
        const auto teams = beside->read_and_wait("acme", [](const Snapshot& s) -> Result<std::size_t> { return s.teams().list().size(); });
        ASSERT_EQ(teams.value(), committed) << "state and log are one";
    }
    EXPECT_GT(calls, 6) << "begin, lock, savepoint, team, release, row, counter, commit";
    // Between the last statement and the commit's answer; everything else is simply done again.
    EXPECT_EQ(unknown, 1U);
}

INSTANTIATE_TEST_SUITE_P(Calls, PostgresCut, ::testing::Values(Cutter::When::Before, Cutter::When::After));

TEST(PostgresShared, ConnectionsThatEndUnderLoadLoseNothingThreads) {
    TestDatabase database;
    TempStore one(at(database));
    TempStore two(at(database));
    constexpr int kRounds = 10;
    constexpr int kEach = 50;
    Writes writes(2L * kRounds * kEach);
    for (int round = 0; round < kRounds; ++round) {
        for (int i = 0; i < kEach; ++i) {
            writes.submit(one, "acme", "u1");
            writes.submit(two, "acme", "u2");
        }
        database.end_connections();
    }
    writes.wait();
    EXPECT_EQ(writes.refused(), writes.unknown()) << "whatever was undone is done again";
    EXPECT_FALSE(writes.twice());
    const auto rows = log_of(one, "acme");
    expect_no_hole(rows);
    EXPECT_GE(rows.size(), writes.acked());
    EXPECT_LE(rows.size(), writes.acked() + writes.unknown());
    EXPECT_GT(writes.acked(), 0U);
}

TEST(PostgresShared, ALostConnectionToReadByIsMadeAnew) {
    TestDatabase database;
    TempStore store(at(database));
    EXPECT_EQ(log_of(store, "acme").size(), 0U);
    ASSERT_GE(database.end_connections(), 1);
    EXPECT_EQ(log_of(store, "acme").size(), 0U);
}

}  // namespace
}  // namespace desk::store
