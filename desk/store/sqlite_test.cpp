#include "desk/store/sqlite.hpp"

#include <gtest/gtest.h>

#include "desk/store/migrations.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

using sql::FailureKind;
using Mode = sql::Connection::Mode;

struct Database {
    testing::TempDir dir;
    std::unique_ptr<sql::Session> open(bool read_only = false) const {
        SqliteOptions options{dir.file()};
        options.read_only = read_only;
        options.busy_timeout = std::chrono::milliseconds(20);
        auto opened = open_sqlite(options);
        EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().detail);
        return std::make_unique<sql::Session>(std::move(*opened));
    }
};

void make_table(sql::Session& session) {
    ASSERT_TRUE(session.connection().execute("CREATE TABLE t (k TEXT PRIMARY KEY, n BIGINT) {clustered};").has_value());
}

TEST(Sqlite, ValuesComeBackAsTheyWereBound) {
    const Database db;
    auto session = db.open();
    make_table(*session);
    session->run("INSERT INTO t (k, n) VALUES (?1, ?2)", std::string_view("a\0b", 3), std::int64_t{-5});
    session->run("INSERT INTO t (k, n) VALUES (?1, ?2)", "", nullptr);
    auto rows = session->query("SELECT k, n FROM t ORDER BY k DESC");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.view(0), std::string_view("a\0b", 3));
    EXPECT_EQ(rows.integer(1), -5);
    ASSERT_TRUE(rows.next());
    EXPECT_FALSE(rows.is_null(0));
    EXPECT_EQ(rows.maybe_integer(1), std::nullopt);
    EXPECT_FALSE(rows.next());
    EXPECT_FALSE(session->failed());
}

TEST(Sqlite, AFailureStaysUntilItIsCleared) {
    const Database db;
    auto session = db.open();
    make_table(*session);
    EXPECT_EQ(session->run("INSERT INTO t VALUES ('a', 1)"), 1);
    EXPECT_EQ(session->run("INSERT INTO t VALUES ('a', 2)"), 0);
    ASSERT_TRUE(session->failed());
    EXPECT_EQ(session->failure()->kind, FailureKind::Constraint);
    EXPECT_FALSE(session->query("SELECT 1").next());
    session->clear_failure();
    EXPECT_TRUE(session->query("SELECT 1").next());
}

TEST(Sqlite, BadSqlIsAFailureNotACrash) {
    const Database db;
    auto session = db.open();
    EXPECT_FALSE(session->query("SELEKT 1").next());
    EXPECT_EQ(session->failure()->kind, FailureKind::Other);
}

TEST(Sqlite, SavepointsUndoWhatCameAfterThem) {
    const Database db;
    auto session = db.open();
    make_table(*session);
    auto& connection = session->connection();
    ASSERT_TRUE(connection.begin(Mode::Write));
    session->run("INSERT INTO t VALUES ('kept', 1)");
    ASSERT_TRUE(connection.savepoint());
    session->run("INSERT INTO t VALUES ('undone', 1)");
    ASSERT_TRUE(connection.rollback_to());
    ASSERT_TRUE(connection.commit());
    auto rows = session->query("SELECT k FROM t");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.view(0), "kept");
    EXPECT_FALSE(rows.next());
}

TEST(Sqlite, ASecondWriterIsBusy) {
    const Database db;
    auto first = db.open();
    make_table(*first);
    auto second = db.open();
    ASSERT_TRUE(first->connection().begin(Mode::Write));
    const auto begun = second->connection().begin(Mode::Write);
    ASSERT_FALSE(begun.has_value());
    EXPECT_EQ(begun.error().kind, FailureKind::Busy);
    first->connection().rollback();
    EXPECT_TRUE(second->connection().begin(Mode::Write).has_value());
}

TEST(Sqlite, AReaderCannotWriteAndSeesOneSnapshot) {
    const Database db;
    auto writer = db.open();
    make_table(*writer);
    auto reader = db.open(true);
    ASSERT_TRUE(reader->connection().begin(Mode::Read));
    EXPECT_FALSE(reader->query("SELECT 1 FROM t").next());
    writer->run("INSERT INTO t VALUES ('a', 1)");
    EXPECT_FALSE(reader->query("SELECT 1 FROM t").next());
    reader->connection().rollback();
    EXPECT_TRUE(reader->query("SELECT 1 FROM t").next());
    reader->run("INSERT INTO t VALUES ('b', 1)");
    EXPECT_TRUE(reader->failed());
}

TEST(Sqlite, WhatIsNoDatabaseIsRefused) {
    const testing::TempDir dir;
    FILE* file = std::fopen(dir.file().c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs(std::string(4096, 'x').c_str(), file);
    std::fclose(file);
    const auto opened = open_sqlite({dir.file()});
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().kind, FailureKind::Corrupt);
    EXPECT_FALSE(open_sqlite({"/no/such/folder/desk.db"}).has_value());
}

TEST(SqliteMigrations, AnEmptyStoreIsBroughtUpAndStays) {
    const Database db;
    auto session = db.open();
    EXPECT_TRUE(migrate(*session).has_value());
    EXPECT_TRUE(check_schema(*session).has_value());
    EXPECT_TRUE(migrate(*session).has_value());
}

TEST(SqliteMigrations, ANewerStoreIsRefusedByName) {
    const Database db;
    auto session = db.open();
    ASSERT_TRUE(migrate(*session).has_value());
    session->run("INSERT INTO schema_version (version, name, applied_at) VALUES (999, 'future', 0)");
    const auto refused = migrate(*session);
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().find("schema 999"), std::string::npos) << refused.error();
    EXPECT_NE(refused.error().find("schema " + std::to_string(schema_version())), std::string::npos);
    EXPECT_FALSE(check_schema(*session).has_value());
}

TEST(SqliteMigrations, AnOlderStoreIsNamedByTheCheck) {
    const Database db;
    auto session = db.open();
    ASSERT_TRUE(migrate(*session).has_value());
    session->run("DELETE FROM schema_version WHERE version > 1");
    const auto checked = check_schema(*session);
    ASSERT_FALSE(checked.has_value());
    EXPECT_NE(checked.error().find("schema 1,"), std::string::npos) << checked.error();
}

}  // namespace
}  // namespace desk::store
