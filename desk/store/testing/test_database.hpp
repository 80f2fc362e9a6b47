#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "desk/store/migrations.hpp"
#include "desk/store/postgres.hpp"
#include "sio/base/ids.hpp"

namespace desk::store::testing {

/// Where the tests' PostgreSQL is, when the tests are to run on it: a folder with its socket (tools/dev/postgres).
inline std::optional<std::string> postgres_folder() {
    const char* folder = std::getenv("DESK_TEST_POSTGRES");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return folder != nullptr ? std::optional<std::string>(folder) : std::nullopt;
}

/// A database of its own in the tests' PostgreSQL, with our schema unless told otherwise; gone at the end, whoever is still there. With
/// `SchemaAgain` it is one that a test before had, emptied, and stays for the next: that takes a fraction of the time.
class TestDatabase {
public:
    enum class With : std::uint8_t { Schema, Nothing, SchemaAgain };

    explicit TestDatabase(With with = With::Schema) : name_("test_" + sio::random_hex(12)), again_(with == With::SchemaAgain) {
        if (!postgres_folder()) {
            std::fputs("DESK_TEST_POSTGRES names no PostgreSQL: run `tools/dev/postgres start FOLDER`\n", stderr);
            std::abort();
        }
        admin_ = session("postgres");
        switch (with) {
            case With::Schema: make_from_template(); break;
            case With::Nothing: admin("CREATE DATABASE " + name_); break;
            case With::SchemaAgain: take_used(); break;
        }
    }
    ~TestDatabase() {
        if (!again_) admin("DROP DATABASE " + name_ + " WITH (FORCE)");
    }
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;

    std::string url() const { return url_of(name_); }
    std::unique_ptr<sql::Session> session() const { return session(name_); }

    /// As the superuser, elsewhere in the same server.
    void admin(const std::string& script) { check(admin_->connection().execute(script)); }

    /// Ends all connections to this database, as an administrator may at any time. Returns how many there were.
    std::int64_t end_connections() {
        constexpr sql::Sql kEnd{
            "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = ?1) AS ended"};
        auto rows = admin_->query(kEnd, name_);
        return rows.next() ? rows.integer(0) : 0;
    }

private:
    void make_from_template() { admin("CREATE DATABASE " + name_ + " TEMPLATE " + made_template()); }

    /// The first that nobody holds; with the admin's session it is let go.
    void take_used() {
        constexpr sql::Sql kHold{"SELECT CASE WHEN pg_try_advisory_lock(2, CAST(?1 AS INTEGER)) THEN 1 ELSE 0 END"};
        int number = 0;
        const auto held = [&] {
            auto row = admin_->query(kHold, number);
            return row.next() && row.integer(0) == 1;
        };
        while (!held()) ++number;
        name_ = "used_" + std::to_string(schema_version()) + "_" + std::to_string(number);
        if (!exists(name_)) return make_from_template();
        constexpr sql::Sql kEnd{
            "SELECT COUNT(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?1) AS ended"};
        static_cast<void>(admin_->query(kEnd, name_).next());
        // Without foreign keys, so in any order.
        check(session()->connection().execute(R"(DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version' LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    DELETE FROM schema_version WHERE version = 0;
END $$)"));
    }

    bool exists(const std::string& database) {
        constexpr sql::Sql kFind{"SELECT 1 FROM pg_database WHERE datname = ?1"};
        return admin_->query(kFind, database).next();
    }

    static std::string url_of(const std::string& database) { return "postgresql://postgres@/" + database + "?host=" + *postgres_folder(); }

    static std::unique_ptr<sql::Session> session(const std::string& database) {
        PostgresOptions options;
        options.url = url_of(database);
        options.connect_timeout = options.answer_timeout = options.statement_timeout = options.lock_timeout = std::chrono::seconds(60);
        auto opened = open_postgres(options);
        if (!opened) check(std::unexpected(opened.error()));
        return std::make_unique<sql::Session>(std::move(*opened));
    }

    /// One with the schema, made by the first who needs it: copying it is quicker than migrating.
    std::string made_template() {
        const std::string name = "schema_" + std::to_string(schema_version());
        admin("SELECT pg_advisory_lock(1)");
        if (!exists(name)) {
            admin("DROP DATABASE IF EXISTS schema_making");
            admin("CREATE DATABASE schema_making");
            if (auto made = migrate(*session("schema_making")); !made) check(std::unexpected(sql::Failure{{}, made.error()}));
            admin("ALTER DATABASE schema_making RENAME TO " + name);
        }
        admin("SELECT pg_advisory_unlock(1)");
        return name;
    }

    static void check(const std::expected<void, sql::Failure>& done) {
        if (done) return;
        std::fprintf(stderr, "the tests' PostgreSQL: %s\n", done.error().detail.c_str());
        std::abort();
    }

    std::string name_;
    const bool again_;
    std::unique_ptr<sql::Session> admin_;
};

}  // namespace desk::store::testing
