#include "desk/store/housekeeper.hpp"

#include <gtest/gtest.h>

#include "desk/store/store_lock.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

using testing::TempDir;
using testing::TempStore;

void add_event(TempStore& store, const std::string& org) {
    const auto done = store->write_and_wait(org, [](Transaction& tx) -> Result<bool> {
        EventRow row;
        row.name = "user:updated";
        row.subject_kind = SubjectKind::User;
        row.subject = "u";
        row.audience.users = {"u"};
        row.payload = "{}";
        tx.append(std::move(row));
        return true;
    });
    ASSERT_TRUE(done.has_value());
}

std::size_t rows_of(TempStore& store, const std::string& org) {
    const auto read = [](const Snapshot& s) -> Result<std::size_t> { return s.log().rows(0, s.log().position().seq, 1000).size(); };
    return store->read_and_wait(org, read).value();
}

// The store's clock ticks a second a command, so time passes with what the housekeeper itself does.
TEST(Housekeeper, ForgetsWhatIsOldInEveryOrgAndKeepsTheRest) {
    TempStore store;
    sio::NullLog log;
    for (const auto* org : {"a", "b"}) {
        for (int i = 0; i < 7; ++i) add_event(store, org);
    }
    Housekeeper keeper(*store, {.log_retention = std::chrono::seconds(30), .every = std::chrono::milliseconds(1), .batch = 2}, log);
    while (rows_of(store, "a") + rows_of(store, "b") > 0) std::this_thread::yield();
    keeper.stop();
    add_event(store, "a");
    EXPECT_EQ(rows_of(store, "a"), 1U);
}

TEST(Housekeeper, EndsAtOnceHoweverLongItWaits) {
    TempStore store;
    sio::NullLog log;
    Housekeeper keeper(*store, {}, log);
    keeper.stop();
    keeper.stop();
}

TEST(StoreLock, IsOneAtATime) {
    const TempDir folder;
    {
        const auto held = StoreLock::take(folder.file());
        ASSERT_TRUE(held.has_value());
        const auto second = StoreLock::take(folder.file());
        ASSERT_FALSE(second.has_value());
        EXPECT_NE(second.error().find("in use by another insightdesk"), std::string::npos);
    }
    EXPECT_TRUE(StoreLock::take(folder.file()).has_value());
    EXPECT_FALSE(StoreLock::take("/nonexistent/desk.db").has_value());
}

}  // namespace
}  // namespace desk::store
