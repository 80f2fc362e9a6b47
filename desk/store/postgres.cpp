#include "desk/store/postgres.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "desk/store/postgres_link.hpp"
#include "desk/store/postgres_text.hpp"

namespace desk::store {
namespace {

using postgres::Link;
using postgres::ResultPtr;
using sql::Failure;
using sql::FailureKind;

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

class PostgresStatement final : public sql::Statement {
public:
    PostgresStatement(Link& link, std::int64_t& changes, std::string text, std::string name)
        : link_(link), changes_(changes), text_(std::move(text)), name_(std::move(name)) {}

    void bind(int index, std::int64_t number) override { at(index).number(number); }
    void bind(int index, std::string_view text) override { at(index).text(text); }
    void bind_null(int index) override { at(index).null(); }

    std::expected<bool, Failure> step() override {
        if (!result_) {
            auto ran = run();
            if (!ran) return std::unexpected(std::move(ran.error()));
            result_ = std::move(*ran);
            changes_ = number_in(PQcmdTuples(result_.get()));
            row_ = -1;
        }
        return ++row_ < PQntuples(result_.get());
    }

    std::int64_t integer(int column) const override { return number_in(text(column)); }
    std::string_view text(int column) const override {
        return {PQgetvalue(result_.get(), row_, column), static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
    }
    bool is_null(int column) const override { return PQgetisnull(result_.get(), row_, column) != 0; }
    void reset() noexcept override { result_.reset(); }

private:
    /// Numbers travel as text, so that the server may take them for whatever integer the statement wants; texts as they are.
    class Value {
    public:
        void number(std::int64_t number) {
            *std::to_chars(digits_.data(), digits_.data() + digits_.size() - 1, number).ptr = '\0';
            bytes_ = digits_.data();
            size_ = 0;
            binary_ = 0;
        }
        void text(std::string_view text) {
            if (text.find('\0') != std::string_view::npos) {
                copy_.clear();
                for (const char c : text) c == '\0' ? copy_.append(kReplacement) : copy_.append(1, c);
                text = copy_;
            }
            bytes_ = text.empty() ? "" : text.data();
            size_ = static_cast<int>(text.size());
            binary_ = 1;
        }
        void null() { bytes_ = nullptr; }

        const char* bytes() const { return bytes_; }
        int size() const { return size_; }
        int binary() const { return binary_; }

    private:
        const char* bytes_ = nullptr;
        int size_ = 0;
        int binary_ = 0;
        std::array<char, 24> digits_{};
        std::string copy_;
    };

    Value& at(int index) {
        const auto place = static_cast<std::size_t>(index);
        // A value points into itself, so they must stay where they are.
        while (values_.size() < place) values_.push_back(std::make_unique<Value>());
        return *values_[place - 1];
    }

    static std::int64_t number_in(std::string_view text) {
        std::int64_t number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    }

    std::expected<ResultPtr, Failure> run() {
        bytes_.clear();
        sizes_.clear();
        binary_.clear();
        for (const auto& value : values_) {
            bytes_.push_back(value->bytes());
            sizes_.push_back(value->size());
            binary_.push_back(value->binary());
        }
        const int count = static_cast<int>(values_.size());
        // Whoever comes twice comes often; the rest is not worth a plan that stays.
        if (!std::exchange(used_, true)) {
            return link_.exchange(text_, [&](PGconn* c) {
                return PQsendQueryParams(c, text_.c_str(), count, nullptr, bytes_.data(), sizes_.data(), binary_.data(), 0);
            });
        }
        if (prepared_in_ != link_.generation()) {
            auto made = link_.exchange(text_, [&](PGconn* c) { return PQsendPrepare(c, name_.c_str(), text_.c_str(), 0, nullptr); });
            if (!made) return made;
            prepared_in_ = link_.generation();
        }
        return link_.exchange(text_, [&](PGconn* c) {
            return PQsendQueryPrepared(c, name_.c_str(), count, bytes_.data(), sizes_.data(), binary_.data(), 0);
        });
    }

    Link& link_;
    std::int64_t& changes_;
    const std::string text_;
    const std::string name_;
    bool used_ = false;
    std::uint64_t prepared_in_ = 0;
    std::vector<std::unique_ptr<Value>> values_;
    std::vector<const char*> bytes_;
    std::vector<int> sizes_;
    std::vector<int> binary_;
    ResultPtr result_;
    int row_ = -1;
};

class PostgresConnection final : public sql::Connection {
public:
    explicit PostgresConnection(const PostgresOptions& options) : link_(options) {}

    std::expected<std::unique_ptr<sql::Statement>, Failure> prepare(std::string_view text) override {
        return std::make_unique<PostgresStatement>(link_, changes_, postgres::translate(text), "s" + std::to_string(++statements_));
    }
    std::expected<void, Failure> execute(std::string_view script) override { return run(postgres::translate_script(script).c_str()); }

    std::expected<void, Failure> begin(Mode mode) override {
        return run(mode == Mode::Write ? "BEGIN ISOLATION LEVEL READ COMMITTED" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    std::expected<void, Failure> commit() override {
        auto done = link_.execute("COMMIT");
        if (!done) return std::unexpected(std::move(done.error()));
        // A transaction in which something failed is not committed, and that is no error to PostgreSQL.
        if (std::string_view(PQcmdStatus(done->get())) == "COMMIT") return {};
        return std::unexpected(Failure{FailureKind::Other, "COMMIT: the transaction had failed before"});
    }
    void rollback() noexcept override {
        if (in_transaction() && !run("ROLLBACK")) link_.close();
    }
    std::expected<void, Failure> savepoint() override { return run("SAVEPOINT command"); }
    std::expected<void, Failure> release() override { return run("RELEASE command"); }
    std::expected<void, Failure> rollback_to() override { return run("ROLLBACK TO command; RELEASE command"); }
    std::int64_t changes() const override { return changes_; }
    bool in_transaction() const override {
        const auto status = link_.transaction();
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
    }

    std::expected<void, Failure> lock(std::string_view name) override {
        if (!lock_) lock_.emplace(link_, changes_, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "lock");
        lock_->bind(1, name);
        auto locked = lock_->step();
        lock_->reset();
        if (!locked) return std::unexpected(std::move(locked.error()));
        return {};
    }
    bool connected() const override { return link_.connected(); }
    std::expected<void, Failure> revive() override { return connected() ? std::expected<void, Failure>() : link_.connect(); }

private:
    std::expected<void, Failure> run(const char* text) {
        auto done = link_.execute(text);
        if (!done) return std::unexpected(std::move(done.error()));
        return {};
    }

    Link link_;
    std::int64_t changes_ = 0;
    std::uint64_t statements_ = 0;
    std::optional<PostgresStatement> lock_;
};

}  // namespace

std::expected<std::int64_t, std::string> count_others(const std::string& url) {
    constexpr sql::Sql kOthers{
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'insightdesk' "
        "AND pid <> pg_backend_pid()"};
    const auto said = [&url](const std::string& detail) { return std::unexpected("store " + loggable_postgres_url(url) + ": " + detail); };
    PostgresOptions options;
    options.url = url;
    auto connection = open_postgres(options);
    if (!connection) return said(connection.error().detail);
    sql::Session session(std::move(*connection));
    auto rows = session.query(kOthers);
    if (rows.next()) return rows.integer(0);
    return said(session.failed() ? session.failure()->detail : "no answer");
}

std::expected<std::unique_ptr<sql::Connection>, sql::Failure> open_postgres(const PostgresOptions& options) {
    auto connection = std::make_unique<PostgresConnection>(options);
    if (auto made = connection->revive(); !made) return std::unexpected(std::move(made.error()));
    return connection;
}

}  // namespace desk::store
