#include "desk/store/executor.hpp"

#include <gtest/gtest.h>

#include <latch>

#include "desk/store/testing/failing_vfs.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

using testing::TempStore;

EventRow event(std::string name = "user:updated") {
    EventRow row;
    row.name = std::move(name);
    row.subject_kind = SubjectKind::User;
    row.subject = "u";
    row.audience.users = {"u"};
    row.payload = R"({"x":1})";
    return row;
}

Result<std::int64_t> append_one(Transaction& tx) { return tx.append(event()).seq; }

/// PostgreSQL would go on with other orgs beside a gate.
StoreOptions one_writer() {
    StoreOptions options;
    options.writers = 1;
    return options;
}

/// Holds the one writer inside a command of org `gate` until opened, so that what is submitted meanwhile waits.
class Gate {
public:
    explicit Gate(Store& store) {
        store.write(
            "gate",
            [state = state_](Transaction&) -> Result<int> {
                state->entered.count_down();
                state->open.wait();
                return 0;
            },
            [](const Result<int>&) {});
        state_->entered.wait();
    }
    ~Gate() { open(); }
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    void open() {
        if (!std::exchange(opened_, true)) state_->open.count_down();
    }

private:
    // Shared with the writer's thread, which may still be on its way out of wait() when the gate is gone.
    struct State {
        std::latch entered{1};
        std::latch open{1};
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
    bool opened_ = false;
};

/// Outcomes of several commands, waited for together.
template <class T>
class Outcomes {
public:
    explicit Outcomes(int count) : state_(std::make_shared<State>(count)) {}

    auto collector(std::size_t index) {
        return [state = state_, index](Result<T> outcome) {
            {
                const std::scoped_lock lock(state->mutex);
                state->all.emplace(index, std::move(outcome));
                state->order.push_back(index);
            }
            state->left.count_down();
        };
    }
    const std::map<std::size_t, Result<T>>& wait() {
        state_->left.wait();
        return state_->all;
    }
    const std::vector<std::size_t>& order() const { return state_->order; }

private:
    struct State {
        explicit State(int count) : left(count) {}
        std::mutex mutex;
        std::map<std::size_t, Result<T>> all;
        std::vector<std::size_t> order;
        std::latch left;
    };
    std::shared_ptr<State> state_;
};

TEST(Executor, WhatWaitsIsOneCommit) {
    TempStore store(one_writer());
    Outcomes<std::int64_t> outcomes(100);
    {
        Gate gate(*store);
        for (std::size_t i = 0; i < 100; ++i) store->write(i % 2 == 0 ? "a" : "b", append_one, outcomes.collector(i));
    }
    std::int64_t sum = 0;
    for (const auto& [index, outcome] : outcomes.wait()) sum += outcome.value();
    EXPECT_EQ(sum, 2 * (50 * 51 / 2));
    // The gate's, and then one for both orgs, or where several writers share a store one for each.
    EXPECT_EQ(store->stats().commits, store.database() != nullptr ? 3U : 2U);
    const auto rows = store.take_rows();
    ASSERT_EQ(rows.size(), 100U);
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(rows[i].seq, static_cast<std::int64_t>(i % 50) + 1);
}

TEST(Executor, CommandsOfAnOrgFinishInTheirOrder) {
    TempStore store;
    Outcomes<std::int64_t> outcomes(50);
    for (std::size_t i = 0; i < 50; ++i) store->write("a", append_one, outcomes.collector(i));
    for (const auto& [index, outcome] : outcomes.wait()) EXPECT_EQ(outcome.value(), static_cast<std::int64_t>(index) + 1);
    EXPECT_TRUE(std::ranges::is_sorted(outcomes.order()));
}

TEST(Executor, ARefusedCommandLeavesNothingAndNoHole) {
    TempStore store;
    Outcomes<std::int64_t> outcomes(3);
    {
        Gate gate(*store);
        store->write("a", append_one, outcomes.collector(0));
        store->write(
            "a",
            [](Transaction& tx) -> Result<std::int64_t> {
                tx.append(event());
                tx.teams().save({"t", "Team", 1});
                return fail(ErrorCode::Conflict);
            },
            outcomes.collector(1));
        store->write("a", append_one, outcomes.collector(2));
    }
    const auto& all = outcomes.wait();
    EXPECT_EQ(all.at(0).value(), 1);
    EXPECT_EQ(all.at(1).error().code, ErrorCode::Conflict);
    EXPECT_EQ(all.at(2).value(), 2);
    EXPECT_EQ(store.take_rows().size(), 2U);
    EXPECT_FALSE(store->read_and_wait("a", [](const Snapshot& s) -> Result<bool> { return s.teams().find("t").has_value(); }).value());
}

TEST(Executor, AThrowingOrMistakenCommandFailsAlone) {
    TempStore store;
    Outcomes<std::int64_t> outcomes(3);
    {
        Gate gate(*store);
        store->write(
            "a",
            [](Transaction& tx) -> Result<std::int64_t> {
                tx.append(event());
                throw std::runtime_error("bug");
            },
            outcomes.collector(0));
        store->write(
            "a",
            [](Transaction& tx) -> Result<std::int64_t> {
                Conversation orphan;  // of a customer that is not there: the foreign key says no
                orphan.id = "c";
                orphan.customer.id = "nobody";
                tx.conversations().insert(orphan, tx.real_us());
                return 7;
            },
            outcomes.collector(1));
        store->write("a", append_one, outcomes.collector(2));
    }
    const auto& all = outcomes.wait();
    EXPECT_EQ(all.at(0).error().code, ErrorCode::Internal);
    EXPECT_EQ(all.at(1).error().code, ErrorCode::Internal);
    EXPECT_EQ(all.at(2).value(), 1);
}

TEST(Executor, AFullQueueRefusesAtOnce) {
    StoreOptions options = one_writer();
    options.executor.max_waiting = 3;
    TempStore store(std::move(options));
    Outcomes<std::int64_t> outcomes(4);
    Gate gate(*store);
    for (std::size_t i = 0; i < 4; ++i) store->write("a", append_one, outcomes.collector(i));
    ASSERT_EQ(outcomes.order(), std::vector<std::size_t>{3});
    gate.open();
    const Error refused = outcomes.wait().at(3).error();
    EXPECT_EQ(refused.code, ErrorCode::Unavailable);
    EXPECT_EQ(refused.details_json, R"("reason":"OVERLOADED")");
    EXPECT_EQ(outcomes.wait().at(2).value(), 3);
}

TEST(Executor, WhatWaitsTooLongIsAnsweredThoughTheWriterHangs) {
    StoreOptions options = one_writer();
    options.executor.max_wait = std::chrono::milliseconds(1);
    TempStore store(std::move(options));
    Outcomes<std::int64_t> outcomes(1);
    Gate gate(*store);
    store->write("a", append_one, outcomes.collector(0));
    EXPECT_EQ(outcomes.wait().at(0).error().code, ErrorCode::Unavailable);
    EXPECT_EQ(store->stats().expired, 1U);
}

TEST(Executor, AnOrgWhoseCommandsWereAllLateGoesOn) {
    StoreOptions options = one_writer();
    options.executor.max_wait = std::chrono::milliseconds(20);
    TempStore store(std::move(options));
    {
        Gate gate(*store);
        for (int i = 0; i < 3; ++i) {
            Outcomes<std::int64_t> outcomes(1);
            store->write("a", append_one, outcomes.collector(0));
            EXPECT_EQ(outcomes.wait().at(0).error().code, ErrorCode::Unavailable);
        }
    }
    for (int attempt = 0; attempt < 100; ++attempt) {
        const auto done = store->write_and_wait("a", append_one);
        if (!done) continue;  // late again, on a busy machine
        EXPECT_EQ(*done, 1) << "none of those that were refused was done";
        return;
    }
    FAIL() << "the org is stuck";
}

TEST(ExecutorOnSqlite, ALockedDatabaseIsUnavailableAndRecovers) {
    StoreOptions options;
    options.sqlite.busy_timeout = std::chrono::milliseconds(10);
    TempStore store(std::move(options));
    auto other = open_sqlite({store.path()});
    ASSERT_TRUE(other.has_value());
    ASSERT_TRUE((*other)->begin(sql::Connection::Mode::Write).has_value());
    EXPECT_EQ(store->write_and_wait("a", append_one).error().code, ErrorCode::Unavailable);
    (*other)->rollback();
    EXPECT_EQ(store->write_and_wait("a", append_one).value(), 1);
    EXPECT_EQ(store.take_rows().size(), 1U);
}

TEST(ExecutorOnSqlite, AFullDiskIsUnavailableAndLosesNothingOfBefore) {
    TempStore store;
    ASSERT_TRUE(store->write_and_wait("a", append_one).has_value());
    // The limit belongs to the connection, so it is set from within a command.
    const auto limit = [&store](std::string_view pages) {
        return store->write_and_wait("a", [pages](Transaction& tx) -> Result<int> {
            tx.session().query_text("PRAGMA max_page_count=" + std::string(pages), {}).next();
            return 0;
        });
    };
    ASSERT_TRUE(limit("1").has_value());  // SQLite takes it as "as large as it is now"
    const auto big = [](Transaction& tx) -> Result<int> {
        EventRow row = event();
        row.payload = R"({"x":")" + std::string(400'000, 'x') + R"("})";
        tx.append(std::move(row));
        return 0;
    };
    const auto refused = store->write_and_wait("a", big);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(store.take_rows().size(), 1U);
    ASSERT_TRUE(limit("1073741823").has_value());
    EXPECT_TRUE(store->write_and_wait("a", big).has_value());
    EXPECT_EQ(store.take_rows().at(0).seq, 2);
}

TEST(ExecutorOnSqlite, AFailingSyncAtCommitIsAnUnknownOutcome) {
    auto& vfs = testing::FailingVfs::instance();
    StoreOptions options;
    options.sqlite.vfs = testing::FailingVfs::kName;
    TempStore store(std::move(options));
    ASSERT_TRUE(store->write_and_wait("a", append_one).has_value());
    vfs.syncs_left = 0;
    const auto refused = store->write_and_wait("a", append_one);
    vfs.heal();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
    EXPECT_EQ(refused.error().details_json, R"("reason":"UNKNOWN_OUTCOME")");
    EXPECT_EQ(store.take_rows().size(), 1U);
    EXPECT_EQ(store->write_and_wait("a", append_one).value(), 2);
}

TEST(ExecutorOnSqlite, AnIoErrorAtAnyWriteNeverCrashesNorLies) {
    auto& vfs = testing::FailingVfs::instance();
    StoreOptions options;
    options.sqlite.vfs = testing::FailingVfs::kName;
    TempStore store(std::move(options));
    std::int64_t acked = 0;
    for (int nth = 0; nth < 12; ++nth) {
        vfs.writes_left = nth;
        const auto outcome = store->write_and_wait("a", append_one);
        vfs.heal();
        if (outcome) {
            EXPECT_EQ(*outcome, ++acked);
        } else {
            EXPECT_EQ(outcome.error().code, ErrorCode::Unavailable);
        }
        const auto top = store->read_and_wait("a", [](const Snapshot& s) -> Result<std::int64_t> { return s.log().position().seq; });
        EXPECT_EQ(top.value(), acked);
    }
    EXPECT_GT(acked, 0);
    EXPECT_EQ(store.take_rows().size(), static_cast<std::size_t>(acked));
}

TEST(Executor, StopFinishesWhatWaitsAndRefusesTheRest) {
    TempStore store;
    Outcomes<std::int64_t> outcomes(20);
    for (std::size_t i = 0; i < 20; ++i) store->write("a", append_one, outcomes.collector(i));
    store->stop();
    for (const auto& [index, outcome] : outcomes.wait()) EXPECT_TRUE(outcome.has_value());
    EXPECT_EQ(store->write_and_wait("a", append_one).error().code, ErrorCode::Unavailable);
    EXPECT_EQ(store->read_and_wait("a", [](const Snapshot&) -> Result<int> { return 0; }).error().code, ErrorCode::Unavailable);
}

TEST(Executor, ReactionsRunInTheirOrderInsideTheTransaction) {
    std::vector<int> order;
    StoreOptions options;
    for (const int which : {1, 2}) {
        options.reactions.push_back([which, &order](Transaction& tx, const DomainEvent&) {
            order.push_back(which);
            tx.append(event());
        });
    }
    TempStore store(std::move(options));
    const Actor actor = system_actor("a");
    const ChatMessage message;
    ASSERT_TRUE(store
                    ->write_and_wait("a",
                                     [&](Transaction& tx) -> Result<int> {
                                         tx.raise(ChatMessageAdded{message, actor});
                                         return 0;
                                     })
                    .has_value());
    EXPECT_EQ(order, (std::vector{1, 2}));
    EXPECT_EQ(store.take_rows().size(), 2U);
}

}  // namespace
}  // namespace desk::store
