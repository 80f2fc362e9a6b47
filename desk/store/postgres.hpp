#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "desk/store/sql.hpp"

namespace desk::store {

/// How to reach a PostgreSQL database. Whatever libpq reads from a URL may stand in it: several hosts, sslmode, sslrootcert, passfile, ...
struct PostgresOptions {
    std::string url;  ///< postgres://... or postgresql://...; empty: no PostgreSQL
    /// For the whole of a connection attempt at one host. libpq rounds it up to seconds, two at least.
    std::chrono::milliseconds connect_timeout{3'000};
    /// After this the server gives a statement up.
    std::chrono::milliseconds statement_timeout{5'000};
    /// So long a lock of somebody else is waited for.
    std::chrono::milliseconds lock_timeout{4'000};
    /// A transaction in which nothing happens for so long is ended by the server: whoever froze in one must not hold up the others.
    std::chrono::milliseconds idle_timeout{5'000};
    /// A connection that says nothing for so long is given up: a silent network, a frozen server.
    std::chrono::milliseconds answer_timeout{7'000};
    bool durable = true;  ///< false: a commit need not outlive the machine (synchronous_commit=off)
};

bool is_postgres_url(std::string_view url);

/// The URL without what only we may know: for logs and messages.
std::string loggable_postgres_url(std::string_view url);

/// What in the URL is secret, as written and decoded: passwords.
std::vector<std::string> secrets_in_postgres_url(std::string_view url);

/// Connections of other programs of ours to this database, servers above all. Errors are for a person.
std::expected<std::int64_t, std::string> count_others(const std::string& url);

/// A connection that is made anew by `revive` when it was lost; prepared statements come along by themselves. The database has to be of
/// UTF8. Text may hold no U+0000, which PostgreSQL cannot keep: it comes back as U+FFFD.
std::expected<std::unique_ptr<sql::Connection>, sql::Failure> open_postgres(const PostgresOptions& options);

}  // namespace desk::store
