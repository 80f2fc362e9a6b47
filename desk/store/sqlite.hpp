#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>

#include "desk/store/sql.hpp"

namespace desk::store {

/// How to open an SQLite file.
struct SqliteOptions {
    std::string path;
    bool read_only = false;  ///< a reader of a file that a writer has opened before
    /// How long a locked database is waited for.
    std::chrono::milliseconds busy_timeout{1000};
    bool durable = true;  ///< false: a commit need not outlive the machine
    int cache_kib = 65'536;
    int checkpoint_pages = 8'000;  ///< the WAL is copied into the file when it has grown to this
    std::string vfs;               ///< empty: the default; tests put a failing one here
};

/// WAL, synchronous=FULL (a durable commit returns when it is on the disk), foreign keys on.
std::expected<std::unique_ptr<sql::Connection>, sql::Failure> open_sqlite(const SqliteOptions& options);

}  // namespace desk::store
