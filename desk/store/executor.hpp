#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "desk/model/histogram.hpp"
#include "desk/store/job.hpp"
#include "desk/store/transaction.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/log.hpp"

namespace desk::store {

using WriteJob = Job<Transaction>;

struct ExecutorOptions {
    std::size_t max_waiting = 10'000;
    std::chrono::milliseconds max_wait{2'000};
    std::size_t max_batch = 512;  ///< commands in one commit
    /// True where there is one writer anyway (SQLite): one commit serves every org that waits.
    bool batch_across_orgs = true;
    NowUs real_us = sio::unix_us;  ///< Transaction::real_us
    MessageLimits message;
};

/// Called after each commit with the rows of one org in seq order, exactly once for every row, before the commands' completions.
/// Thread: the worker that committed; of one org never two at a time, and in the order of commits.
using Committed = std::function<void(const std::string& org, std::vector<EventRow> rows)>;

struct ExecutorStats {
    std::atomic<std::uint64_t> commands{0};
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::uint64_t> failed_commits{0};
    std::atomic<std::uint64_t> expired{0};
    std::atomic<std::uint64_t> refused_full{0};
    Histogram commit_seconds{kSecondsBounds};                  ///< from the begin of a transaction to the end of its commit
    Histogram batch{{1, 2, 4, 8, 16, 32, 64, 128, 256, 512}};  ///< commands in one commit
};

/// The store workers. Commands of one org run in the order they were submitted (so those of one socket do too); one worker takes all that
/// wait for an org and runs them, a savepoint each, in one commit (group commit).
/// A command waits at most `max_wait` and at most `max_waiting` wait: then Unavailable {reason: OVERLOADED}. What the store undid as a
/// whole (the connection was lost before the commit, a deadlock) is run again for up to `max_wait`. When the commit fails every command in
/// it answers Unavailable; when nobody can tell whether it happened, with {reason: UNKNOWN_OUTCOME}. While there is no connection commands
/// wait for it to come back.
/// Thread: submit and stats from any. Completions run on a thread of the executor, after the commit; when the queue is full or the
/// executor stopped, on the caller's, before submit returns. They must not block: they post to loops.
class Executor {
public:
    /// One worker for each session. `shared` things live as long as the executor.
    Executor(std::vector<std::unique_ptr<sql::Session>> sessions, ExecutorOptions options, NowUs now_us, std::vector<Reaction> reactions,
             std::vector<TicketRule> ticket_rules, Committed committed, sio::Log& log);
    /// Finishes what waits, then ends the workers.
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    void submit(const std::string& org, std::unique_ptr<WriteJob> job);

    /// `action`: Result<T>(Transaction&), called again when the store undid all that it did, so a call must leave it as it was;
    /// `done`: void(Result<T>), called exactly once.
    template <class Run, class Done>
    void submit(const std::string& org, Run action, Done done) {
        submit(org, make_job<Transaction>(std::move(action), std::move(done)));
    }

    /// Takes no more, finishes what waits, joins. Idempotent.
    void stop();

    std::size_t waiting() const;
    const ExecutorStats& stats() const { return stats_; }

private:
    using Clock = std::chrono::steady_clock;

    struct Waiting {
        std::unique_ptr<WriteJob> job;
        Clock::time_point deadline;
    };
    struct OrgQueue {
        std::deque<Waiting> waiting;
        bool attended = false;  // is in `ready_`, or a worker has commands of it
    };
    struct OrgBatch {
        std::string org;
        std::vector<std::unique_ptr<WriteJob>> jobs;
        std::vector<std::optional<Error>> failures;  // beside jobs: refused by the store rather than by the command
        std::vector<EventRow> rows;
        std::int64_t people = 0;  // EventLog::people, as committed
    };
    struct Failed {
        Error error;
        bool undone;  // nothing of it is or will be there: the same may be run again
    };
    struct Worker {
        std::unique_ptr<sql::Session> session;
        std::chrono::milliseconds pause{0};  // before the next attempt to connect
        IdGenerator ids;
        std::vector<MetUser> met;
        std::thread thread;
    };

    void work(Worker& worker);
    std::vector<OrgBatch> take();
    void take_from(OrgQueue& queue, OrgBatch& batch, std::size_t room);
    void give_back(const std::vector<OrgBatch>& batches);

    void run(Worker& worker, std::vector<OrgBatch>& batches);
    void observe(const std::vector<OrgBatch>& batches, Clock::duration took);
    std::optional<Failed> run_all(Worker& worker, std::vector<OrgBatch>& batches);
    bool run_org(Worker& worker, OrgBatch& batch);
    std::optional<Failed> commit(sql::Session& session);
    bool try_again(Worker& worker, std::vector<OrgBatch>& batches, Clock::time_point deadline);
    bool revive(Worker& worker);
    bool pause(Worker& worker, std::unique_lock<std::mutex>& lock);

    void sweep();

    const ExecutorOptions options_;
    const NowUs now_us_;
    const std::vector<Reaction> reactions_;
    const std::vector<TicketRule> ticket_rules_;
    const Committed committed_;
    sio::Log& log_;
    KnownUsers known_;
    ExecutorStats stats_;

    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::condition_variable sweep_;
    std::unordered_map<std::string, OrgQueue> orgs_;
    std::deque<std::string> ready_;  // orgs that no worker has, each once, with waiting commands unless all of them were too late
    std::size_t waiting_ = 0;
    bool stopping_ = false;

    std::vector<std::unique_ptr<Worker>> workers_;
    std::thread sweeper_;
};

}  // namespace desk::store
