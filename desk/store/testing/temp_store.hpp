#pragma once

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "desk/store/store.hpp"
#include "desk/store/testing/test_database.hpp"
#include "sio/base/log.hpp"

namespace desk::store::testing {

/// A folder of its own, removed at the end.
class TempDir {
public:
    TempDir() {
        std::string pattern = (std::filesystem::temp_directory_path() / "desk-store-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) std::abort();
        path_ = pattern;
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    std::string file(const std::string& name = "desk.db") const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

/// A store of its own, in a folder or, where DESK_TEST_POSTGRES is set and the options name no file, in a database of PostgreSQL, with a
/// clock that ticks one second a command and every committed row kept.
class TempStore {
public:
    explicit TempStore(StoreOptions options = {}) {
        if (postgres_folder() && options.sqlite.path.empty() && options.sqlite.vfs.empty() && options.postgres.url.empty()) {
            options.postgres.url = database_.emplace(TestDatabase::With::SchemaAgain).url();
        }
        if (options.sqlite.path.empty()) options.sqlite.path = dir_.file();
        // However busy the machine is: who tests a bound sets one.
        const auto relax = [](std::chrono::milliseconds& bound, std::chrono::milliseconds usual) {
            if (bound == usual) bound = std::chrono::minutes(1);
        };
        relax(options.executor.max_wait, ExecutorOptions().max_wait);
        for (const auto bound : {&PostgresOptions::connect_timeout, &PostgresOptions::statement_timeout, &PostgresOptions::lock_timeout,
                                 &PostgresOptions::idle_timeout, &PostgresOptions::answer_timeout}) {
            relax(options.postgres.*bound, PostgresOptions().*bound);
        }
        options.now_us = [this] { return (now_us_ += 1'000'000) + moved_us_; };
        options.executor.real_us = [this] { return now_us_.load(); };
        options.committed = [this](const std::string&, std::vector<EventRow> rows) {
            const std::scoped_lock lock(mutex_);
            for (EventRow& row : rows) rows_.push_back(std::move(row));
        };
        path_ = options.sqlite.path;
        auto opened = Store::open(std::move(options), log_);
        if (!opened) std::abort();
        store_ = std::move(*opened);
    }

    Store& operator*() { return *store_; }
    Store* operator->() { return store_.get(); }
    const std::string& path() const { return path_; }
    /// Null where the store is a file.
    TestDatabase* database() { return database_ ? &*database_ : nullptr; }

    /// Moves the clock of what is stored, as the test clock does.
    void move_clock(std::chrono::microseconds by) { moved_us_ += by.count(); }

    /// The rows committed since the last call.
    std::vector<EventRow> take_rows() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(rows_, {});
    }
    std::vector<std::string> take_names() {
        std::vector<std::string> names;
        for (const EventRow& row : take_rows()) names.push_back(row.name);
        return names;
    }

private:
    TempDir dir_;
    std::optional<TestDatabase> database_;
    sio::NullLog log_;
    std::string path_;
    std::atomic<std::int64_t> now_us_{1'700'000'000'000'000};
    std::atomic<std::int64_t> moved_us_{0};
    std::mutex mutex_;
    std::vector<EventRow> rows_;
    std::unique_ptr<Store> store_;
};

inline Actor person(std::string user, Role role, std::vector<std::string> teams = {}, std::string org = "acme") {
    Actor actor;
    actor.org = std::move(org);
    actor.name = "Name of " + user;
    actor.user = std::move(user);
    actor.role = role;
    actor.teams = std::move(teams);
    return actor;
}

}  // namespace desk::store::testing
