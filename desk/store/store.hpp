#pragma once

#include <expected>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "desk/store/executor.hpp"
#include "desk/store/postgres.hpp"
#include "desk/store/reader_pool.hpp"
#include "desk/store/sqlite.hpp"

namespace desk::store {

/// As a path: a store that ends with the process.
inline constexpr std::string_view kInMemory = ":memory:";

struct StoreOptions {
    SqliteOptions sqlite;      ///< unless `postgres` has a URL
    PostgresOptions postgres;  ///< many servers may share it
    unsigned writers = 4;      ///< connections of PostgreSQL that write, each for one org at a time; SQLite has one writer
    unsigned readers = 2;
    /// Tests put something between us and each connection here.
    std::function<std::unique_ptr<sql::Connection>(std::unique_ptr<sql::Connection>)> wrap;
    ExecutorOptions executor;
    NowUs now_us;  ///< of all that is stored; the test clock of domain.md 9 goes in here. Empty: the wall clock
    std::vector<Reaction> reactions;
    std::vector<TicketRule> ticket_rules;
    Committed committed;
};

/// A place as settings name it: `sqlite:PATH`, `sqlite::memory:` or a PostgreSQL URL.
StoreOptions store_at(const std::string& url);

/// The helpdesk's store: writers with group commit, readers with snapshots. SQLite serves one server, PostgreSQL any number.
/// Thread: any, after open.
class Store {
public:
    /// Opens (and makes, with its folder's permissions) the file, or connects; brings the schema up to date, once for all who do so at
    /// once; starts the threads.
    /// `kInMemory` is a file too, in the folder for temporary files and without a name: SQLite has no memory in which readers have
    /// snapshots while somebody writes. Errors are for a person: what is wrong with which file or
    /// database, without its password.
    static std::expected<std::unique_ptr<Store>, std::string> open(StoreOptions options, sio::Log& log);

    /// `run`: Result<T>(Transaction&), on the writer's thread; `done`: void(Result<T>), see Executor.
    template <class Run, class Done>
    void write(const std::string& org, Run run, Done done) {
        executor_->submit(org, std::move(run), std::move(done));
    }

    /// `run`: Result<T>(const Snapshot&), on a reader's thread; `done`: void(Result<T>), see ReaderPool.
    template <class Run, class Done>
    void read(std::string org, Run run, Done done) {
        readers_->submit(std::move(org), std::move(run), std::move(done));
    }

    /// Waits for the result: for start-up, tools and tests, never on a loop.
    template <class Run>
    auto write_and_wait(const std::string& org, Run run) {
        std::promise<std::invoke_result_t<Run&, Transaction&>> promise;
        auto result = promise.get_future();
        write(org, std::move(run), [&promise](auto outcome) { promise.set_value(std::move(outcome)); });
        return result.get();
    }

    template <class Run>
    auto read_and_wait(const std::string& org, Run run) {
        std::promise<std::invoke_result_t<Run&, const Snapshot&>> promise;
        auto result = promise.get_future();
        read(org, std::move(run), [&promise](auto outcome) { promise.set_value(std::move(outcome)); });
        return result.get();
    }

    /// Commits a small write of its own, as any command does; `done`, on a store's thread, hears what was wrong or nothing.
    void probe(std::function<void(const std::optional<Error>&)> done);

    /// Finishes what waits, then stops; later calls answer Unavailable.
    void stop();

    /// As in transactions. Thread: any.
    std::int64_t real_us() const { return real_us_(); }
    /// Whether other servers may use it at the same time.
    bool shared() const { return shared_; }

    const ExecutorStats& stats() const { return executor_->stats(); }
    std::size_t waiting() const { return executor_->waiting(); }

private:
    Store() = default;

    NowUs real_us_;
    bool shared_ = false;
    std::unique_ptr<Executor> executor_;
    std::unique_ptr<ReaderPool> readers_;
};

}  // namespace desk::store
