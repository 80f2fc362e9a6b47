#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "desk/store/executor.hpp"
#include "desk/store/job.hpp"
#include "desk/store/transaction.hpp"

namespace desk::store {

using ReadJob = Job<const Snapshot>;

/// Runs reading commands on connections of its own, each inside one snapshot, so that a long read never holds up a write. The bounds of
/// the executor hold: so many wait, so long, then Unavailable {reason: OVERLOADED}.
/// Thread: submit from any. Completions run on a reader's thread, or on the caller's when refused at once; they must not block. No order
/// is kept between reads, or between a read and a write: who needs it waits for the answer.
class ReaderPool {
public:
    ReaderPool(std::vector<std::unique_ptr<sql::Session>> sessions, ExecutorOptions options, NowUs now_us, sio::Log& log);
    ~ReaderPool();
    ReaderPool(const ReaderPool&) = delete;
    ReaderPool& operator=(const ReaderPool&) = delete;

    void submit(std::string org, std::unique_ptr<ReadJob> job);

    /// `action`: Result<T>(const Snapshot&); `done`: void(Result<T>), called exactly once.
    template <class Run, class Done>
    void submit(std::string org, Run action, Done done) {
        submit(std::move(org), make_job<const Snapshot>(std::move(action), std::move(done)));
    }

    void stop();

private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        std::string org;
        std::unique_ptr<ReadJob> job;
        Clock::time_point deadline;
    };

    void work(sql::Session& session);
    void expire(std::unique_lock<std::mutex>& lock);
    static std::expected<void, sql::Failure> begin(sql::Connection& connection);
    std::optional<Error> run(sql::Session& session, const std::string& org, ReadJob& job);

    const ExecutorOptions options_;
    const NowUs now_us_;
    sio::Log& log_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::deque<Waiting> waiting_;
    bool stopping_ = false;
    std::vector<std::unique_ptr<sql::Session>> sessions_;
    std::vector<std::thread> threads_;
};

}  // namespace desk::store
