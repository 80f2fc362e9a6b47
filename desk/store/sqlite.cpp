#include "desk/store/sqlite.hpp"

#include <malloc.h>
#include <sqlite3.h>

#include <string>
#include <string_view>

#include "desk/store/releases_memory.hpp"

namespace desk::store {
namespace {

using sql::Failure;
using sql::FailureKind;

// Bytes. Rare, then: it stops whoever allocates for a moment.
constexpr int kWorthTrimming = 1 << 20;

FailureKind kind_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return FailureKind::Busy;
        case SQLITE_FULL: return FailureKind::Full;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PROTOCOL: return FailureKind::Io;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return FailureKind::Corrupt;
        case SQLITE_CONSTRAINT: return FailureKind::Constraint;
        default: return FailureKind::Other;
    }
}

Failure failure(sqlite3* db, std::string_view what) {
    const int code = db != nullptr ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
    std::string detail(what.substr(0, 200));
    detail.append(": ").append(db != nullptr ? sqlite3_errmsg(db) : "out of memory").append(" (").append(std::to_string(code)).append(")");
    return {kind_of(code), std::move(detail)};
}

/// The words of sql.hpp in SQLite's own: its one writer needs no row locks.
std::string translate(std::string_view text) {
    std::string out(text);
    for (const auto& [word, meaning] : {std::pair<std::string_view, std::string_view>{"{lock}", ""}, {"{clustered}", "WITHOUT ROWID"}}) {
        for (auto at = out.find(word); at != std::string::npos; at = out.find(word, at)) out.replace(at, word.size(), meaning);
    }
    return out;
}

class SqliteStatement final : public sql::Statement {
public:
    SqliteStatement(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
    ~SqliteStatement() override { sqlite3_finalize(statement_); }
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    void bind(int index, std::int64_t number) override { sqlite3_bind_int64(statement_, index, number); }
    void bind(int index, std::string_view text) override {
        // A null pointer would bind NULL, and an empty view may have one.
        sqlite3_bind_text64(statement_, index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    void bind_null(int index) override { sqlite3_bind_null(statement_, index); }

    std::expected<bool, Failure> step() override {
        const int code = sqlite3_step(statement_);
        if (code == SQLITE_ROW) return true;
        if (code == SQLITE_DONE) return false;
        return std::unexpected(failure(db_, sqlite3_sql(statement_)));
    }

    std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    std::string_view text(int column) const override {
        const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        return bytes != nullptr ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
                                : std::string_view();
    }
    bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    void reset() noexcept override { sqlite3_reset(statement_); }

private:
    sqlite3* db_;
    sqlite3_stmt* statement_;
};

class SqliteConnection final : public sql::Connection, public ReleasesMemory {
public:
    explicit SqliteConnection(sqlite3* db) : db_(db) {}
    ~SqliteConnection() override {
        for (auto* statement : {begin_read_, begin_write_, commit_, savepoint_, release_, undo_}) sqlite3_finalize(statement);
        // With statements left open this only marks the connection; they go with their sessions.
        sqlite3_close_v2(db_);
    }
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    std::expected<std::unique_ptr<sql::Statement>, Failure> prepare(std::string_view text) override {
        sqlite3_stmt* statement = compile(translate(text));
        if (statement == nullptr) return std::unexpected(failure(db_, text));
        return std::make_unique<SqliteStatement>(db_, statement);
    }

    std::expected<void, Failure> execute(std::string_view script) override {
        if (sqlite3_exec(db_, translate(script).c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
        return std::unexpected(failure(db_, script));
    }

    std::expected<void, Failure> begin(Mode mode) override {
        return mode == Mode::Write ? once(begin_write_, "BEGIN IMMEDIATE") : once(begin_read_, "BEGIN");
    }
    std::expected<void, Failure> commit() override { return once(commit_, "COMMIT"); }
    void rollback() noexcept override {
        if (in_transaction()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    std::expected<void, Failure> savepoint() override { return once(savepoint_, "SAVEPOINT command"); }
    std::expected<void, Failure> release() override { return once(release_, "RELEASE command"); }
    std::expected<void, Failure> rollback_to() override {
        if (auto undone = once(undo_, "ROLLBACK TO command"); !undone) return undone;
        return release();
    }
    std::int64_t changes() const override { return sqlite3_changes64(db_); }
    bool in_transaction() const override { return sqlite3_get_autocommit(db_) == 0; }
    void release_memory() noexcept override {
        int cached = 0;
        int highest = 0;
        sqlite3_db_status(db_, SQLITE_DBSTATUS_CACHE_USED, &cached, &highest, 0);
        sqlite3_db_release_memory(db_);
        // Pages lie between what lives longer, so that malloc gives none of them back by itself.
        if (cached >= kWorthTrimming) malloc_trim(0);
    }
    // The one writer has everything to itself, and a file is not lost.
    std::expected<void, Failure> lock(std::string_view) override { return {}; }
    bool connected() const override { return true; }
    std::expected<void, Failure> revive() override { return {}; }

private:
    sqlite3_stmt* compile(const std::string& text) {
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v3(db_, text.c_str(), static_cast<int>(text.size() + 1), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        return statement;
    }

    std::expected<void, Failure> once(sqlite3_stmt*& statement, const char* text) {
        if (statement == nullptr) statement = compile(text);
        if (statement == nullptr) return std::unexpected(failure(db_, text));
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) {
            sqlite3_reset(statement);
            return {};
        }
        Failure said = failure(db_, text);
        sqlite3_reset(statement);
        return std::unexpected(std::move(said));
    }

    sqlite3* db_;
    sqlite3_stmt* begin_read_ = nullptr;
    sqlite3_stmt* begin_write_ = nullptr;
    sqlite3_stmt* commit_ = nullptr;
    sqlite3_stmt* savepoint_ = nullptr;
    sqlite3_stmt* release_ = nullptr;
    sqlite3_stmt* undo_ = nullptr;
};

std::string settings(const SqliteOptions& options) {
    std::string script = "PRAGMA cache_size=-" + std::to_string(options.cache_kib) + "; PRAGMA temp_store=MEMORY;";
    if (options.read_only) return script + "PRAGMA query_only=ON;";
    // What was deleted may stay in free pages, as in any other database: Debian's build would overwrite it at every turn.
    return script + "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=OFF; PRAGMA synchronous=" +
           (options.durable ? "FULL" : "OFF") + "; PRAGMA wal_autocheckpoint=" + std::to_string(options.checkpoint_pages) + ";";
}

}  // namespace

std::expected<std::unique_ptr<sql::Connection>, sql::Failure> open_sqlite(const SqliteOptions& options) {
    sqlite3* db = nullptr;
    // A reader opens for writing too: in WAL mode it takes part in the shared index; query_only keeps it from the data.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (options.read_only ? 0 : SQLITE_OPEN_CREATE);
    const int opened = sqlite3_open_v2(options.path.c_str(), &db, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
    auto connection = std::make_unique<SqliteConnection>(db);
    if (opened != SQLITE_OK) return std::unexpected(failure(db, "open " + options.path));
    sqlite3_busy_timeout(db, static_cast<int>(options.busy_timeout.count()));
    if (auto set = connection->execute(settings(options)); !set) return std::unexpected(std::move(set.error()));
    return connection;
}

}  // namespace desk::store
