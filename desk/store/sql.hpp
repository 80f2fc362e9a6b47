#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "desk/model/error.hpp"

/// A small door to a SQL database: what SQLite and PostgreSQL share. Drivers implement Connection and Statement; repositories use Session.
/// SQL is written once, in the shared subset, with `?1` placeholders and two words a driver replaces: `{lock}` after a SELECT locks its
/// rows until the end of the transaction, `{clustered}` after CREATE TABLE (...) asks for a table stored in key order.
/// Thread: a connection and all that hangs on it belong to one thread at a time.
namespace desk::store::sql {

enum class FailureKind : std::uint8_t {
    Busy,        ///< locked by somebody else for too long
    Full,        ///< no space left
    Io,          ///< the file or the connection broke; of a commit: the outcome is unknown
    Corrupt,     ///< not a database, or a damaged one
    Constraint,  ///< a unique, foreign or check constraint said no
    Undone,      ///< the database undid it for the sake of others (deadlock): the same again may do
    Other,       ///< a mistake in our SQL, out of memory, ...
};

struct Failure {
    FailureKind kind = FailureKind::Other;
    std::string detail;  ///< for the log
};

/// Unavailable, or Internal for what only a mistake of ours explains.
Error to_error(const Failure& failure);

/// A prepared statement. Parameters count from 1, columns from 0. Bound text must live until `reset`; column text lives until the next
/// step or reset.
class Statement {
public:
    virtual ~Statement() = default;
    virtual void bind(int index, std::int64_t number) = 0;
    virtual void bind(int index, std::string_view text) = 0;
    virtual void bind_null(int index) = 0;
    /// True: there is a row.
    virtual std::expected<bool, Failure> step() = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual std::string_view text(int column) const = 0;
    virtual bool is_null(int column) const = 0;
    virtual void reset() noexcept = 0;
};

class Connection {
public:
    enum class Mode : std::uint8_t { Read, Write };

    virtual ~Connection() = default;
    virtual std::expected<std::unique_ptr<Statement>, Failure> prepare(std::string_view sql) = 0;
    /// Several statements without parameters.
    virtual std::expected<void, Failure> execute(std::string_view script) = 0;
    virtual std::expected<void, Failure> begin(Mode mode) = 0;
    virtual std::expected<void, Failure> commit() = 0;
    /// Never fails: what cannot be rolled back is no longer open.
    virtual void rollback() noexcept = 0;
    virtual std::expected<void, Failure> savepoint() = 0;
    virtual std::expected<void, Failure> release() = 0;
    /// Undoes all since `savepoint` and releases it.
    virtual std::expected<void, Failure> rollback_to() = 0;
    /// Rows changed by the last INSERT, UPDATE or DELETE.
    virtual std::int64_t changes() const = 0;
    /// False when a failure has already ended the transaction.
    virtual bool in_transaction() const = 0;

    /// Within the transaction: waits until no other transaction holds a lock by this name, on whatever server, and holds it to the end.
    /// For what has no row yet that could be locked.
    virtual std::expected<void, Failure> lock(std::string_view name) = 0;
    /// False when the connection is lost and with it all that was not committed.
    virtual bool connected() const = 0;
    /// Makes a lost connection anew; nothing when it is not. May take seconds.
    virtual std::expected<void, Failure> revive() = 0;
};

/// True for a mistake in the statement itself; anything else concerns the whole transaction.
bool concerns_statement_only(const Failure& failure, const Connection& connection);

/// A statement's text with static lifetime; its address is its key in the cache of prepared statements.
struct Sql {
    template <std::size_t N>
    consteval Sql(const char (&literal)[N]) : text(literal, N - 1) {}  // NOLINT(google-explicit-constructor)
    std::string_view text;
};

/// One value to bind.
class Arg {
public:
    Arg(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
    Arg(std::integral auto number)
        : kind_(Kind::Integer), number_(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)
    Arg(std::string_view text) : kind_(Kind::Text), text_(text) {}             // NOLINT(google-explicit-constructor)
    Arg(const std::string& text) : Arg(std::string_view(text)) {}              // NOLINT(google-explicit-constructor)
    Arg(const char* text) : Arg(std::string_view(text)) {}                     // NOLINT(google-explicit-constructor)
    template <class T>
    Arg(const std::optional<T>& maybe) : Arg(maybe ? Arg(*maybe) : Arg(nullptr)) {}  // NOLINT(google-explicit-constructor)

    void bind(Statement& statement, int index) const {
        switch (kind_) {
            case Kind::Null: return statement.bind_null(index);
            case Kind::Integer: return statement.bind(index, number_);
            case Kind::Text: return statement.bind(index, text_);
        }
    }

private:
    enum class Kind : std::uint8_t { Null, Integer, Text };
    Kind kind_ = Kind::Null;
    std::int64_t number_ = 0;
    std::string_view text_;
};

class Session;

/// The rows of a running query; its end resets the statement. After a failure there are no rows.
class Rows {
public:
    Rows() = default;
    Rows(Session& session, Statement& statement) : session_(&session), statement_(&statement) {}
    Rows(Session& session, std::unique_ptr<Statement> owned) : session_(&session), statement_(owned.get()), owned_(std::move(owned)) {}
    Rows(Rows&& other) noexcept
        : session_(other.session_), statement_(std::exchange(other.statement_, nullptr)), owned_(std::move(other.owned_)) {}
    Rows& operator=(Rows&&) = delete;
    ~Rows() {
        if (statement_ != nullptr) statement_->reset();
    }

    bool next();
    std::int64_t integer(int column) const { return statement_->integer(column); }
    bool flag(int column) const { return integer(column) != 0; }
    std::string_view view(int column) const { return statement_->text(column); }
    std::string text(int column) const { return std::string(view(column)); }
    std::optional<std::string> maybe_text(int column) const {
        return statement_->is_null(column) ? std::nullopt : std::optional(text(column));
    }
    std::optional<std::int64_t> maybe_integer(int column) const {
        return statement_->is_null(column) ? std::nullopt : std::optional(integer(column));
    }
    bool is_null(int column) const { return statement_->is_null(column); }

private:
    Session* session_ = nullptr;
    Statement* statement_ = nullptr;
    std::unique_ptr<Statement> owned_;
};

/// A connection with its prepared statements and one memory of failure: after a failure every query gives no rows and every run changes
/// nothing until `clear_failure`, so that repositories and commands need not check each call. Who runs the transaction looks once, at its
/// end, before it believes any result.
class Session {
public:
    explicit Session(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

    template <class... Args>
    Rows query(Sql sql, const Args&... args) {
        Statement* statement = prepared(sql);
        if (statement == nullptr) return {};
        bind_all(*statement, args...);
        return Rows(*this, *statement);
    }

    /// For texts put together at run time; not cached.
    Rows query_text(std::string_view sql, const std::vector<Arg>& args);

    /// Runs a statement to its end; the rows it changed.
    template <class... Args>
    std::int64_t run(Sql sql, const Args&... args) {
        auto rows = query(sql, args...);
        while (rows.next()) {
        }
        return failed() ? 0 : connection_->changes();
    }

    bool failed() const { return failure_.has_value(); }
    const std::optional<Failure>& failure() const { return failure_; }
    void fail(Failure failure) {
        if (!failure_) failure_ = std::move(failure);
    }
    void clear_failure() { failure_.reset(); }
    Connection& connection() { return *connection_; }

private:
    Statement* prepared(Sql sql);

    template <class... Args>
    static void bind_all(Statement& statement, const Args&... args) {
        int index = 0;
        (Arg(args).bind(statement, ++index), ...);
    }

    std::unique_ptr<Connection> connection_;
    std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
    std::optional<Failure> failure_;
};

}  // namespace desk::store::sql
