#include "desk/store/postgres_link.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "desk/store/postgres_text.hpp"

namespace desk::store::postgres {
namespace {

using sql::Failure;
using sql::FailureKind;

constexpr int kLeastVersion = 150'000;

/// libpq's messages end in line feeds and may have several lines.
std::string one_line(std::string_view text) {
    std::string line(text.substr(0, text.find_last_not_of('\n') + 1));
    std::ranges::replace(line, '\n', ' ');
    return line;
}

std::string seconds(std::chrono::milliseconds time) { return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()); }

}  // namespace

std::expected<void, Failure> Link::connect() {
    close();
    const std::string timeout = seconds(options_.connect_timeout);
    const std::string silence = std::to_string(options_.answer_timeout.count());
    // What stands before dbname is a default that the URL may change.
    const std::array<const char*, 10> names{
        "connect_timeout",      "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        "target_session_attrs", "dbname",          "application_name",    "client_encoding",  nullptr};
    const std::array<const char*, 10> values{timeout.c_str(),      "5",           "2",    "3",    silence.c_str(), "read-write",
                                             options_.url.c_str(), "insightdesk", "UTF8", nullptr};
    connection_ = PQconnectdbParams(names.data(), values.data(), 1);
    if (connection_ == nullptr) return std::unexpected(Failure{FailureKind::Other, "out of memory"});
    ++generation_;
    if (PQstatus(connection_) != CONNECTION_OK) {
        Failure why{FailureKind::Io, one_line(PQerrorMessage(connection_))};
        close();
        return std::unexpected(std::move(why));
    }
    if (auto settled = settle(); !settled) {
        close();
        return settled;
    }
    return {};
}

std::expected<void, Failure> Link::settle() {
    PQsetNoticeProcessor(connection_, [](void*, const char*) {}, nullptr);
    if (PQsetnonblocking(connection_, 1) != 0) return std::unexpected(lost("connect"));
    const char* encoding = PQparameterStatus(connection_, "server_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "UTF8")
        return std::unexpected(Failure{FailureKind::Other, "the database is not of encoding UTF8"});
    if (PQserverVersion(connection_) < kLeastVersion)
        return std::unexpected(Failure{FailureKind::Other, "PostgreSQL 15 or later is needed"});
    const auto set = [](const char* name, std::chrono::milliseconds time) {
        return std::string("SET ").append(name).append(" = ").append(std::to_string(time.count())).append("; ");
    };
    std::string script = set("statement_timeout", options_.statement_timeout) + set("lock_timeout", options_.lock_timeout) +
                         set("idle_in_transaction_session_timeout", options_.idle_timeout) + "SET jit = off; ";
    // Whatever was configured for replicas stays; what was acknowledged must only be on a disk.
    script += options_.durable ? "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
                               : "SET synchronous_commit = off";
    auto done = execute(script.c_str());
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
}

void Link::close() {
    PQfinish(connection_);
    connection_ = nullptr;
}

Failure Link::lost(std::string_view what) {
    std::string detail(what.substr(0, 200));
    detail += ": ";
    detail += connection_ != nullptr ? one_line(PQerrorMessage(connection_)) : "no connection to PostgreSQL";
    close();
    return {FailureKind::Io, std::move(detail)};
}

Failure Link::failure(std::string_view what, const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (state == nullptr) return lost(what);
    std::string detail(what.substr(0, 200));
    detail.append(": ").append(message != nullptr ? one_line(message) : "failed").append(" (").append(state).append(")");
    if (ends_connection(state)) close();
    return {kind_of(state), std::move(detail)};
}

bool Link::wait(Clock::time_point deadline) {
    for (;;) {
        const int unsent = PQflush(connection_);
        if (unsent < 0) return false;
        if (unsent == 0 && PQisBusy(connection_) == 0) return true;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        pollfd socket{PQsocket(connection_), static_cast<short>(unsent != 0 ? POLLIN | POLLOUT : POLLIN), 0};
        const int ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (ready < 0 && errno != EINTR) return false;
        if (ready > 0 && (socket.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_) == 0) return false;
    }
}

std::expected<ResultPtr, Failure> Link::exchange(std::string_view what, sio::FunctionRef<int(PGconn*)> send) {
    if (connection_ == nullptr || send(connection_) == 0) return std::unexpected(lost(what));
    const auto deadline = Clock::now() + options_.answer_timeout;
    ResultPtr last;
    bool failed = false;
    for (;;) {
        if (!wait(deadline)) return std::unexpected(lost(what));
        ResultPtr next(PQgetResult(connection_));
        if (!next) break;
        if (failed) continue;
        const auto status = PQresultStatus(next.get());
        failed = status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
        last = std::move(next);
    }
    if (!last || failed) return std::unexpected(last ? failure(what, last.get()) : lost(what));
    return last;
}

std::expected<ResultPtr, Failure> Link::execute(const char* text) {
    return exchange(text, [text](PGconn* connection) { return PQsendQuery(connection, text); });
}

}  // namespace desk::store::postgres
