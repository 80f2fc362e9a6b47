#include "desk/store/postgres.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "desk/store/testing/temp_store.hpp"
#include "sio/runtime/testing/eventually.hpp"

namespace desk::store {
namespace {

using sql::FailureKind;
using testing::TestDatabase;
using Mode = sql::Connection::Mode;

class Postgres : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(session_->connection().execute("CREATE TABLE t (k TEXT PRIMARY KEY, n BIGINT) {clustered};")); }
    std::int64_t count() {
        auto rows = session_->query("SELECT COUNT(*) FROM t");
        return rows.next() ? rows.integer(0) : -1;
    }

    TestDatabase database_{TestDatabase::With::Nothing};
    std::unique_ptr<sql::Session> session_ = database_.session();
};

TEST_F(Postgres, ValuesComeBackAsTheyWereBound) {
    // Again and again: what is run more than once is prepared.
    for (const std::int64_t number : {std::int64_t{-5}, INT64_MAX, INT64_MIN}) {
        session_->run("INSERT INTO t (k, n) VALUES (?1, ?2) ON CONFLICT (k) DO UPDATE SET n = excluded.n", "é\"'\\", number);
        auto rows = session_->query("SELECT k, n FROM t");
        ASSERT_TRUE(rows.next());
        EXPECT_EQ(rows.view(0), "é\"'\\");
        EXPECT_EQ(rows.integer(1), number);
        EXPECT_FALSE(rows.next());
    }
    session_->run("INSERT INTO t (k, n) VALUES (?1, ?2)", "", nullptr);
    auto rows = session_->query("SELECT k, n FROM t WHERE n IS NULL");
    ASSERT_TRUE(rows.next());
    EXPECT_FALSE(rows.is_null(0));
    EXPECT_EQ(rows.text(0), "");
    EXPECT_EQ(rows.maybe_integer(1), std::nullopt);
    EXPECT_FALSE(session_->failed());
}

TEST_F(Postgres, WhatTextCannotHoldIsReplaced) {
    session_->run("INSERT INTO t (k, n) VALUES (?1, 1)", std::string_view("a\0b", 3));
    auto rows = session_->query("SELECT k FROM t");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.view(0),
              "a\xEF\xBF\xBD"
              "b");
}

TEST_F(Postgres, TextIsOrderedByItsBytes) {
    for (const auto* key : {"b", "B", "a", "_", "é"}) session_->run("INSERT INTO t (k) VALUES (?1)", key);
    std::string order;
    for (auto rows = session_->query("SELECT k FROM t ORDER BY k"); rows.next();) order += rows.view(0);
    EXPECT_EQ(order, "B_abé");
}

TEST_F(Postgres, AFailureStaysUntilItIsCleared) {
    EXPECT_EQ(session_->run("INSERT INTO t VALUES ('a', 1)"), 1);
    EXPECT_EQ(session_->run("INSERT INTO t VALUES ('a', 2)"), 0);
    ASSERT_TRUE(session_->failed());
    EXPECT_EQ(session_->failure()->kind, FailureKind::Constraint);
    EXPECT_FALSE(session_->query("SELECT 1").next());
    session_->clear_failure();
    EXPECT_TRUE(session_->query("SELECT 1").next());
}

TEST_F(Postgres, BadSqlIsAFailureOfTheStatementAlone) {
    auto& connection = session_->connection();
    ASSERT_TRUE(connection.begin(Mode::Write));
    ASSERT_TRUE(connection.savepoint());
    EXPECT_FALSE(session_->query("SELEKT 1").next());
    EXPECT_EQ(session_->failure()->kind, FailureKind::Other);
    EXPECT_TRUE(sql::concerns_statement_only(*session_->failure(), connection));
    session_->clear_failure();
    ASSERT_TRUE(connection.rollback_to());
    session_->run("INSERT INTO t VALUES ('kept', 1)");
    ASSERT_TRUE(connection.commit());
    EXPECT_EQ(count(), 1);
}

TEST_F(Postgres, WhatFailedIsNotCommitted) {
    auto& connection = session_->connection();
    ASSERT_TRUE(connection.begin(Mode::Write));
    session_->run("INSERT INTO t VALUES ('a', 1)");
    session_->run("INSERT INTO t VALUES ('a', 1)");
    const auto committed = connection.commit();
    ASSERT_FALSE(committed.has_value());
    EXPECT_EQ(committed.error().kind, FailureKind::Other);
    session_->clear_failure();
    EXPECT_EQ(count(), 0);
}

TEST_F(Postgres, AReaderCannotWriteAndSeesOneSnapshot) {
    auto reader = database_.session();
    ASSERT_TRUE(reader->connection().begin(Mode::Read));
    EXPECT_FALSE(reader->query("SELECT 1 FROM t").next());
    session_->run("INSERT INTO t VALUES ('a', 1)");
    EXPECT_FALSE(reader->query("SELECT 1 FROM t").next());
    reader->connection().rollback();
    EXPECT_TRUE(reader->query("SELECT 1 FROM t").next());
    ASSERT_TRUE(reader->connection().begin(Mode::Read));
    reader->run("INSERT INTO t VALUES ('b', 1)");
    EXPECT_TRUE(reader->failed());
}

TEST_F(Postgres, ALockedRowIsBusyAfterAWhile) {
    session_->run("INSERT INTO t VALUES ('a', 1)");
    PostgresOptions options;
    options.url = database_.url();
    options.lock_timeout = std::chrono::milliseconds(20);
    auto opened = open_postgres(options);
    ASSERT_TRUE(opened.has_value());
    sql::Session other(std::move(*opened));
    constexpr sql::Sql kLock{"SELECT n FROM t WHERE k = 'a' {lock}"};
    ASSERT_TRUE(session_->connection().begin(Mode::Write));
    ASSERT_TRUE(session_->query(kLock).next());
    ASSERT_TRUE(other.connection().begin(Mode::Write));
    EXPECT_FALSE(other.query(kLock).next());
    ASSERT_TRUE(other.failed());
    EXPECT_EQ(other.failure()->kind, FailureKind::Busy);
    EXPECT_TRUE(other.connection().connected());
}

TEST_F(Postgres, ANameIsLockedUntilTheTransactionEnds) {
    auto other = database_.session();
    ASSERT_TRUE(session_->connection().begin(Mode::Write));
    ASSERT_TRUE(session_->connection().lock("org:a"));
    ASSERT_TRUE(other->connection().begin(Mode::Write));
    EXPECT_TRUE(other->connection().lock("org:b"));
    std::thread waiting([&] { EXPECT_TRUE(other->connection().lock("org:a")); });
    EXPECT_TRUE(session_->connection().commit());
    waiting.join();
}

TEST_F(Postgres, ALostConnectionIsMadeAnewAndStatementsComeAlong) {
    for (int i = 0; i < 3; ++i) ASSERT_EQ(session_->run("INSERT INTO t VALUES (?1, 1)", std::to_string(i)), 1);
    ASSERT_GE(database_.end_connections(), 1);
    const auto begun = session_->connection().begin(Mode::Write);
    ASSERT_FALSE(begun.has_value());
    EXPECT_EQ(begun.error().kind, FailureKind::Io);
    EXPECT_FALSE(session_->connection().connected());
    EXPECT_FALSE(session_->connection().in_transaction());
    ASSERT_TRUE(session_->connection().revive().has_value());
    for (int i = 3; i < 6; ++i) EXPECT_EQ(session_->run("INSERT INTO t VALUES (?1, 1)", std::to_string(i)), 1);
    EXPECT_EQ(count(), 6);
}

TEST_F(Postgres, AServerThatSaysNothingIsGivenUp) {
    PostgresOptions options;
    options.url = database_.url();
    options.answer_timeout = std::chrono::milliseconds(50);
    auto opened = open_postgres(options);
    ASSERT_TRUE(opened.has_value());
    sql::Session session(std::move(*opened));
    EXPECT_FALSE(session.query("SELECT pg_sleep(60)").next());
    EXPECT_EQ(session.failure()->kind, FailureKind::Io);
    EXPECT_FALSE(session.connection().connected());
}

TEST_F(Postgres, WhoeverFreezesInATransactionIsPutOut) {
    PostgresOptions options;
    options.url = database_.url();
    options.idle_timeout = std::chrono::milliseconds(20);
    auto frozen = open_postgres(options);
    ASSERT_TRUE(frozen.has_value());
    ASSERT_TRUE((*frozen)->begin(Mode::Write));
    ASSERT_TRUE((*frozen)->lock("org:a"));
    ASSERT_TRUE(session_->connection().begin(Mode::Write));
    EXPECT_TRUE(session_->connection().lock("org:a"));
    const auto committed = (*frozen)->commit();
    ASSERT_FALSE(committed.has_value());
    EXPECT_EQ(committed.error().kind, FailureKind::Io);
}

TEST_F(Postgres, WhatCannotBeReachedIsSaid) {
    PostgresOptions options;
    options.url = "postgresql://ann:hush-hush@/desk?host=/nonexistent";
    const auto opened = open_postgres(options);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().kind, FailureKind::Io);
    sio::NullLog log;
    const auto store = Store::open(store_at(options.url), log);
    ASSERT_FALSE(store.has_value());
    EXPECT_NE(store.error().find("/nonexistent"), std::string::npos) << store.error();
    EXPECT_EQ(store.error().find("hush"), std::string::npos) << store.error();
}

TEST_F(Postgres, AnotherEncodingIsRefused) {
    const std::string name = "latin_" + sio::random_hex(12);
    database_.admin("CREATE DATABASE " + name + " ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    PostgresOptions options;
    options.url = "postgresql://postgres@/" + name + "?host=" + *testing::postgres_folder();
    const auto opened = open_postgres(options);
    database_.admin("DROP DATABASE " + name + " WITH (FORCE)");
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().detail.find("UTF8"), std::string::npos);
}

TEST_F(Postgres, OthersAreCounted) {
    // Who has hung up is counted for a moment still.
    const auto others_become = [&](std::int64_t wanted) {
        std::int64_t count = -1;
        sio::runtime::testing::eventually([&] { return (count = count_others(database_.url()).value()) == wanted; });
        return count;
    };
    session_.reset();
    EXPECT_EQ(others_become(0), 0);
    const auto one = database_.session();
    EXPECT_EQ(others_become(1), 1);
}

}  // namespace
}  // namespace desk::store
