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
#include "desk/store/reader_pool.hpp"
#include "desk/store/sqlite.hpp"

namespace desk::store {

/// As a path: a store that ends with the process.
inline constexpr std::string_view kInMemory = ":memory:";

struct StoreOptions {
    SqliteOptions sqlite;
    unsigned readers = 2;
    ExecutorOptions executor;
    NowUs now_us;  ///< of all that is stored; the test clock of domain.md 9 goes in here. Empty: the wall clock
    std::vector<Reaction> reactions;
    std::vector<TicketRule> ticket_rules;
    Committed committed;
};

/// The helpdesk's store: one writer with group commit, readers with snapshots. SQLite serves one server.
/// Thread: any, after open.
class Store {
public:
    /// Opens (and makes, with its folder's permissions) the file, brings the schema up to date, starts the threads.
    /// `kInMemory` is a file too, in the folder for temporary files and without a name: SQLite has no memory in which readers have
    /// snapshots while somebody writes. Errors are for a person: what is wrong with which file.
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

    const ExecutorStats& stats() const { return executor_->stats(); }
    std::size_t waiting() const { return executor_->waiting(); }

private:
    Store() = default;

    NowUs real_us_;
    std::unique_ptr<Executor> executor_;
    std::unique_ptr<ReaderPool> readers_;
};

}  // namespace desk::store
