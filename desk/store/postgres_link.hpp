#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "desk/store/postgres.hpp"
#include "sio/socketio/function_ref.hpp"

namespace desk::store::postgres {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

/// One connection at the level of libpq: every exchange has an end in time, and one that goes wrong in the connection itself closes it.
/// Thread: one at a time.
class Link {
public:
    explicit Link(const PostgresOptions& options) : options_(options) {}
    ~Link() { close(); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    std::expected<void, sql::Failure> connect();
    void close();
    bool connected() const { return connection_ != nullptr; }
    /// Counts the connections made: what was prepared in another one is prepared no more.
    std::uint64_t generation() const { return generation_; }
    PGTransactionStatusType transaction() const { return connected() ? PQtransactionStatus(connection_) : PQTRANS_UNKNOWN; }

    /// Sends something (`send`: a PQsend* function's result) and waits for all that comes back: the last result, or the first failure.
    /// `what` names it in the failure.
    std::expected<ResultPtr, sql::Failure> exchange(std::string_view what, sio::FunctionRef<int(PGconn*)> send);
    /// Statements without parameters.
    std::expected<ResultPtr, sql::Failure> execute(const char* text);

private:
    using Clock = std::chrono::steady_clock;
    sql::Failure lost(std::string_view what);
    sql::Failure failure(std::string_view what, const PGresult* result);
    bool wait(Clock::time_point deadline);
    std::expected<void, sql::Failure> settle();

    const PostgresOptions options_;
    PGconn* connection_ = nullptr;
    std::uint64_t generation_ = 0;
};

}  // namespace desk::store::postgres
