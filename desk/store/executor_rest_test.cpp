#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "desk/store/executor.hpp"
#include "desk/store/migrations.hpp"
#include "desk/store/releases_memory.hpp"
#include "desk/store/sqlite.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

/// How often memory was given back.
class Rests {
public:
    void note(bool in_transaction) {
        {
            const std::scoped_lock lock(mutex_);
            ++count_;
            within_ += in_transaction ? 1 : 0;
        }
        noted_.notify_all();
    }
    void wait_for(int count) {
        std::unique_lock lock(mutex_);
        noted_.wait(lock, [&] { return count_ >= count; });
    }
    int within_transactions() {
        const std::scoped_lock lock(mutex_);
        return within_;
    }

private:
    std::mutex mutex_;
    std::condition_variable noted_;
    int count_ = 0;
    int within_ = 0;
};

/// A connection that tells of its rests.
class Observed final : public sql::Connection, public ReleasesMemory {
public:
    Observed(std::unique_ptr<sql::Connection> real, Rests& rests) : real_(std::move(real)), rests_(rests) {}
    std::expected<std::unique_ptr<sql::Statement>, sql::Failure> prepare(std::string_view sql) override { return real_->prepare(sql); }
    std::expected<void, sql::Failure> execute(std::string_view script) override { return real_->execute(script); }
    std::expected<void, sql::Failure> begin(Mode mode) override { return real_->begin(mode); }
    std::expected<void, sql::Failure> commit() override { return real_->commit(); }
    void rollback() noexcept override { real_->rollback(); }
    std::expected<void, sql::Failure> savepoint() override { return real_->savepoint(); }
    std::expected<void, sql::Failure> release() override { return real_->release(); }
    std::expected<void, sql::Failure> rollback_to() override { return real_->rollback_to(); }
    std::int64_t changes() const override { return real_->changes(); }
    bool in_transaction() const override { return real_->in_transaction(); }
    std::expected<void, sql::Failure> lock(std::string_view name) override { return real_->lock(name); }
    bool connected() const override { return real_->connected(); }
    std::expected<void, sql::Failure> revive() override { return real_->revive(); }
    void release_memory() noexcept override {
        rests_.note(in_transaction());
        dynamic_cast<ReleasesMemory&>(*real_).release_memory();
    }

private:
    std::unique_ptr<sql::Connection> real_;
    Rests& rests_;
};

TEST(Executor, AWorkerGivesMemoryBackWhenItHasNothingToDoAndGoesOnAfterwards) {
    const testing::TempDir dir;
    Rests rests;
    sio::NullLog log;
    std::vector<std::unique_ptr<sql::Session>> sessions;
    sessions.push_back(std::make_unique<sql::Session>(std::make_unique<Observed>(open_sqlite({dir.file()}).value(), rests)));
    ASSERT_TRUE(migrate(*sessions.front()));
    Executor executor(std::move(sessions), {}, sio::unix_us, {}, {}, {}, log);
    for (int round = 1; round <= 2; ++round) {
        std::promise<Result<int>> stored;
        executor.submit(
            "acme",
            [round](Transaction& tx) -> Result<int> {
                tx.teams().save({"t", "Team", round});
                return round;
            },
            [&](Result<int> outcome) { stored.set_value(std::move(outcome)); });
        EXPECT_EQ(stored.get_future().get().value_or(0), round);
        rests.wait_for(round);
    }
    executor.stop();
    EXPECT_EQ(rests.within_transactions(), 0);
}

TEST(Sqlite, WhatItHasGivenBackItReadsAgain) {
    const testing::TempDir dir;
    sql::Session session(open_sqlite({dir.file()}).value());
    ASSERT_TRUE(session.connection().execute("CREATE TABLE t (k BIGINT PRIMARY KEY, v TEXT) {clustered};").has_value());
    const std::string page(4000, 'x');
    // More than a megabyte, which is worth a trim of the heap too.
    for (int i = 0; i < 400; ++i) session.run("INSERT INTO t (k, v) VALUES (?1, ?2)", i, page);
    dynamic_cast<ReleasesMemory&>(session.connection()).release_memory();
    auto rows = session.query("SELECT COUNT(*), SUM(LENGTH(v)) FROM t");
    ASSERT_TRUE(rows.next());
    EXPECT_EQ(rows.integer(0), 400);
    EXPECT_EQ(rows.integer(1), 400 * 4000);
}

}  // namespace
}  // namespace desk::store
