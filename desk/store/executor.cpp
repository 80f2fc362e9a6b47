#include "desk/store/executor.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "desk/store/releases_memory.hpp"

namespace desk::store {
namespace {

constexpr std::chrono::milliseconds kSweepEvery{200};
// After so long without a command a worker gives back the memory that the last ones took.
constexpr std::chrono::milliseconds kRestAfter{500};
constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{500};

Error overloaded(std::string detail) { return Error{ErrorCode::Unavailable, std::move(detail), {}}.because("OVERLOADED"); }

}  // namespace

Executor::Executor(std::vector<std::unique_ptr<sql::Session>> sessions, ExecutorOptions options, NowUs now_us,
                   std::vector<Reaction> reactions, std::vector<TicketRule> ticket_rules, Committed committed, sio::Log& log)
    : options_(std::move(options)),
      now_us_(std::move(now_us)),
      reactions_(std::move(reactions)),
      ticket_rules_(std::move(ticket_rules)),
      committed_(std::move(committed)),
      log_(log) {
    for (auto& session : sessions) {
        workers_.push_back(std::make_unique<Worker>());
        workers_.back()->session = std::move(session);
    }
    for (auto& worker : workers_) worker->thread = std::thread([this, &w = *worker] { work(w); });
    sweeper_ = std::thread([this] { sweep(); });
}

Executor::~Executor() { stop(); }

void Executor::submit(const std::string& org, std::unique_ptr<WriteJob> job) {
    std::optional<Error> refusal;
    bool wake = false;
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) {
            refusal = Error{ErrorCode::Unavailable, "the store is closing", {}}.because("SHUTDOWN");
        } else if (waiting_ >= options_.max_waiting) {
            refusal = overloaded("too many commands wait");
            ++stats_.refused_full;
        } else {
            OrgQueue& queue = orgs_[org];
            if (!std::exchange(queue.attended, true)) {
                ready_.push_back(org);
                wake = true;
            }
            queue.waiting.push_back({std::move(job), Clock::now() + options_.max_wait});
            ++waiting_;
        }
    }
    if (refusal) {
        job->finish(std::move(refusal));  // NOLINT(bugprone-use-after-move): was moved only when it is not refused
        return;
    }
    if (wake) work_.notify_one();
}

void Executor::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    sweep_.notify_all();
    for (auto& worker : workers_) {
        if (worker->thread.joinable()) worker->thread.join();
    }
    if (sweeper_.joinable()) sweeper_.join();
}

std::size_t Executor::waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiting_;
}

void Executor::work(Worker& worker) {
    const auto awaited = [this] { return stopping_ || !ready_.empty(); };
    std::unique_lock lock(mutex_);
    for (bool rested = true;; rested = false) {
        if (!rested && !work_.wait_for(lock, kRestAfter, awaited)) {
            lock.unlock();
            if (auto* const connection = dynamic_cast<ReleasesMemory*>(&worker.session->connection())) connection->release_memory();
            worker.met = {};
            lock.lock();
        }
        work_.wait(lock, awaited);
        if (ready_.empty()) return;
        // What waits is better answered a little later than refused; the sweeper looks after its time.
        if (!stopping_ && !worker.session->connection().connected()) {
            lock.unlock();
            const bool back = revive(worker);
            lock.lock();
            if (!back) pause(worker, lock);
            continue;
        }
        auto batches = take();
        if (batches.empty()) continue;
        lock.unlock();
        run(worker, batches);
        lock.lock();
        give_back(batches);
    }
}

std::vector<Executor::OrgBatch> Executor::take() {
    std::vector<OrgBatch> batches;
    std::size_t room = options_.max_batch;
    while (room > 0 && !ready_.empty() && (batches.empty() || options_.batch_across_orgs)) {
        const auto at = orgs_.find(ready_.front());
        ready_.pop_front();
        if (at->second.waiting.empty()) {
            orgs_.erase(at);
            continue;
        }
        OrgBatch& batch = batches.emplace_back();
        batch.org = at->first;
        take_from(at->second, batch, room);
        room -= batch.jobs.size();
    }
    return batches;
}

void Executor::take_from(OrgQueue& queue, OrgBatch& batch, std::size_t room) {
    const std::size_t count = std::min(room, queue.waiting.size());
    batch.jobs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        batch.jobs.push_back(std::move(queue.waiting.front().job));
        queue.waiting.pop_front();
    }
    batch.failures.resize(count);
    waiting_ -= count;
}

void Executor::give_back(const std::vector<OrgBatch>& batches) {
    for (const OrgBatch& batch : batches) {
        const auto at = orgs_.find(batch.org);
        if (at->second.waiting.empty()) {
            orgs_.erase(at);
        } else {
            ready_.push_back(batch.org);
            work_.notify_one();
        }
    }
}

bool Executor::revive(Worker& worker) {
    auto& connection = worker.session->connection();
    if (connection.connected()) return true;
    const auto back = connection.revive();
    if (back) {
        if (worker.pause.count() > 0) log_.info("the store is there again");
        worker.pause = std::chrono::milliseconds(0);
    } else if (worker.pause.count() == 0) {
        log_.warn("no connection to the store", {{"reason", back.error().detail}});
    }
    return back.has_value();
}

/// Before the next attempt, longer each time. False: the executor stops.
bool Executor::pause(Worker& worker, std::unique_lock<std::mutex>& lock) {
    worker.pause = std::clamp(2 * worker.pause, kFirstPause, kLongestPause);
    return !sweep_.wait_for(lock, worker.pause, [this] { return stopping_; });
}

bool Executor::try_again(Worker& worker, std::vector<OrgBatch>& batches, Clock::time_point deadline) {
    for (OrgBatch& batch : batches) {
        batch.rows.clear();
        std::ranges::fill(batch.failures, std::nullopt);
    }
    worker.met.clear();
    while (Clock::now() < deadline) {
        if (revive(worker)) return true;
        std::unique_lock lock(mutex_);
        if (!pause(worker, lock)) return false;
    }
    return false;
}

void Executor::run(Worker& worker, std::vector<OrgBatch>& batches) {
    worker.met.clear();
    const auto began = Clock::now();
    auto failed = run_all(worker, batches);
    while (failed && failed->undone && try_again(worker, batches, began + options_.max_wait)) failed = run_all(worker, batches);
    observe(batches, Clock::now() - began);
    if (failed) {
        ++stats_.failed_commits;
        log_.error("transaction failed", {{"reason", failed->error.detail}});
        for (OrgBatch& batch : batches) {
            batch.rows.clear();
            std::ranges::fill(batch.failures, failed->error);
        }
    } else {
        ++stats_.commits;
        for (const auto& [user, wrote] : worker.met) wrote ? known_.learn(user) : known_.renew(user);
        for (const OrgBatch& batch : batches) known_.moved_to(batch.org, batch.people);
    }
    for (OrgBatch& batch : batches) {
        if (!batch.rows.empty() && committed_) committed_(batch.org, std::move(batch.rows));
        stats_.commands += batch.jobs.size();
        for (std::size_t i = 0; i < batch.jobs.size(); ++i) batch.jobs[i]->finish(std::move(batch.failures[i]));
    }
}

void Executor::observe(const std::vector<OrgBatch>& batches, Clock::duration took) {
    std::size_t commands = 0;
    for (const OrgBatch& batch : batches) commands += batch.jobs.size();
    stats_.batch.observe(static_cast<double>(commands));
    stats_.commit_seconds.observe(std::chrono::duration<double>(took).count());
}

std::optional<Executor::Failed> Executor::run_all(Worker& worker, std::vector<OrgBatch>& batches) {
    sql::Session& session = *worker.session;
    sql::Connection& connection = session.connection();
    session.clear_failure();
    // Whatever made the whole transaction fail, none of its commands is at fault.
    const auto failed = [&connection](const sql::Failure& failure) {
        Error error = sql::to_error(failure);
        error.code = ErrorCode::Unavailable;
        return Failed{std::move(error), failure.kind == sql::FailureKind::Undone || !connection.connected()};
    };
    if (auto begun = connection.begin(sql::Connection::Mode::Write); !begun) return failed(begun.error());
    for (OrgBatch& batch : batches) {
        if (run_org(worker, batch)) continue;
        connection.rollback();
        return failed(*session.failure());
    }
    return commit(session);
}

bool Executor::run_org(Worker& worker, OrgBatch& batch) {
    sql::Session& session = *worker.session;
    sql::Connection& connection = session.connection();
    EventLog log(session, batch.org);
    log.lock();
    known_.hold_as_of(batch.org, log.people());
    const Shared shared{worker.ids, known_, reactions_, ticket_rules_, options_.real_us, worker.met, options_.message};
    for (std::size_t i = 0; i < batch.jobs.size() && !session.failed(); ++i) {
        if (auto saved = connection.savepoint(); !saved) session.fail(std::move(saved.error()));
        const EventLog::Mark mark = log.mark();
        const std::size_t met = worker.met.size();
        Transaction transaction(session, log, now_us_(), shared);
        bool keep = false;
        try {
            keep = !session.failed() && batch.jobs[i]->run(transaction);
        } catch (const std::exception& thrown) {
            log_.error("command threw", {{"what", thrown.what()}});
            batch.failures[i] = Error{ErrorCode::Internal, thrown.what(), {}};
        }
        if (session.failed()) {
            if (!sql::concerns_statement_only(*session.failure(), connection)) return false;
            log_.error("statement failed", {{"reason", session.failure()->detail}});
            batch.failures[i] = sql::to_error(*session.failure());
            session.clear_failure();
            keep = false;
        }
        if (!keep) {
            log.rewind(mark);
            worker.met.erase(worker.met.begin() + static_cast<std::ptrdiff_t>(met), worker.met.end());
        }
        if (auto closed = keep ? connection.release() : connection.rollback_to(); !closed) session.fail(std::move(closed.error()));
    }
    log.flush();
    batch.rows = log.take_rows();
    batch.people = log.people();
    return !session.failed();
}

std::optional<Executor::Failed> Executor::commit(sql::Session& session) {
    auto done = session.connection().commit();
    if (done) return std::nullopt;
    session.connection().rollback();
    Error error = sql::to_error(done.error());
    error.code = ErrorCode::Unavailable;
    if (done.error().kind == sql::FailureKind::Io) return Failed{std::move(error).because("UNKNOWN_OUTCOME"), false};
    return Failed{std::move(error), done.error().kind == sql::FailureKind::Undone};
}

void Executor::sweep() {
    std::unique_lock lock(mutex_);
    for (;;) {
        // By the clock alone: to be woken by commands would cost each batch a switch of threads.
        if (sweep_.wait_for(lock, kSweepEvery, [this] { return stopping_; })) return;
        if (waiting_ == 0) continue;
        std::vector<std::unique_ptr<WriteJob>> late;
        const auto now = Clock::now();
        for (auto& [org, queue] : orgs_) {
            // In order of arrival, so the oldest are in front.
            while (!queue.waiting.empty() && queue.waiting.front().deadline <= now) {
                late.push_back(std::move(queue.waiting.front().job));
                queue.waiting.pop_front();
                --waiting_;
            }
        }
        lock.unlock();
        for (auto& job : late) {
            ++stats_.expired;
            job->finish(overloaded("waited too long for the store"));
        }
        lock.lock();
    }
}

}  // namespace desk::store
