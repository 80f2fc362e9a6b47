#include "desk/store/reader_pool.hpp"

#include <exception>
#include <utility>

namespace desk::store {
namespace {

constexpr std::chrono::milliseconds kPause{100};

Error overloaded() { return Error{ErrorCode::Unavailable, "waited too long for a reader", {}}.because("OVERLOADED"); }

}  // namespace

ReaderPool::ReaderPool(std::vector<std::unique_ptr<sql::Session>> sessions, ExecutorOptions options, NowUs now_us, sio::Log& log)
    : options_(std::move(options)), now_us_(std::move(now_us)), log_(log), sessions_(std::move(sessions)) {
    for (auto& session : sessions_) threads_.emplace_back([this, &own = *session] { work(own); });
}

ReaderPool::~ReaderPool() { stop(); }

void ReaderPool::submit(std::string org, std::unique_ptr<ReadJob> job) {
    std::optional<Error> refusal;
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) {
            refusal = Error{ErrorCode::Unavailable, "the store is closing", {}}.because("SHUTDOWN");
        } else if (waiting_.size() >= options_.max_waiting) {
            refusal = Error{ErrorCode::Unavailable, "too many reads wait", {}}.because("OVERLOADED");
        } else {
            waiting_.push_back({std::move(org), std::move(job), Clock::now() + options_.max_wait});
        }
    }
    if (refusal) {
        job->finish(std::move(refusal));  // NOLINT(bugprone-use-after-move): was moved only when it is not refused
        return;
    }
    work_.notify_one();
}

void ReaderPool::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    work_.notify_all();
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void ReaderPool::work(sql::Session& session) {
    std::unique_lock lock(mutex_);
    for (;;) {
        work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        if (!stopping_ && !session.connection().connected()) {
            lock.unlock();
            const bool back = session.connection().revive().has_value();
            lock.lock();
            if (!back) expire(lock);
            continue;
        }
        Waiting next = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        if (next.deadline <= Clock::now()) {
            next.job->finish(overloaded());
        } else {
            next.job->finish(run(session, next.org, *next.job));
        }
        lock.lock();
    }
}

/// Nobody reads for a while: refuses those whose time is over.
void ReaderPool::expire(std::unique_lock<std::mutex>& lock) {
    work_.wait_for(lock, kPause, [this] { return stopping_; });
    while (!waiting_.empty() && waiting_.front().deadline <= Clock::now()) {
        const auto late = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        late.job->finish(overloaded());
        lock.lock();
    }
}

std::expected<void, sql::Failure> ReaderPool::begin(sql::Connection& connection) {
    auto begun = connection.begin(sql::Connection::Mode::Read);
    // It may have been lost long ago, with nothing to show it.
    if (begun || connection.connected() || !connection.revive()) return begun;
    return connection.begin(sql::Connection::Mode::Read);
}

std::optional<Error> ReaderPool::run(sql::Session& session, const std::string& org, ReadJob& job) {
    session.clear_failure();
    if (auto begun = begin(session.connection()); !begun) return sql::to_error(begun.error());
    std::optional<Error> failure;
    try {
        job.run(Snapshot(session, org, now_us_()));
    } catch (const std::exception& thrown) {
        failure = Error{ErrorCode::Internal, thrown.what(), {}};
    }
    if (session.failed()) failure = sql::to_error(*session.failure());
    session.connection().rollback();
    if (failure) log_.error("read failed", {{"reason", failure->detail}});
    return failure;
}

}  // namespace desk::store
