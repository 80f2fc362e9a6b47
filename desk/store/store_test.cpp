#include "desk/store/store.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/temp_store.hpp"

namespace desk::store {
namespace {

StoreOptions in_memory() {
    StoreOptions options;
    options.sqlite.path = kInMemory;
    return options;
}

void write_team(testing::TempStore& store, const std::string& id) {
    ASSERT_TRUE(store
                    ->write_and_wait("acme",
                                     [&id](Transaction& tx) -> Result<int> {
                                         tx.teams().insert_if_absent(id);
                                         return 0;
                                     })
                    .has_value());
}

std::size_t teams(testing::TempStore& store) {
    return store->read_and_wait("acme", [](const Snapshot& snapshot) -> Result<std::size_t> { return snapshot.teams().list().size(); })
        .value();
}

TEST(SqliteInMemory, ReadersSeeWhatIsWritten) {
    testing::TempStore store(in_memory());
    write_team(store, "t1");
    EXPECT_EQ(teams(store), 1U);
}

TEST(SqliteInMemory, EachIsOneOfItsOwn) {
    testing::TempStore store(in_memory());
    testing::TempStore other(in_memory());
    write_team(store, "t1");
    EXPECT_EQ(teams(other), 0U);
}

TEST(SqliteInMemory, ASnapshotStaysWhileSomebodyWrites) {
    testing::TempStore store(in_memory());
    const auto seen = store->read_and_wait("acme", [&store](const Snapshot& snapshot) -> Result<std::size_t> {
        const std::size_t before = snapshot.teams().list().size();
        write_team(store, "t1");
        return before + snapshot.teams().list().size();
    });
    EXPECT_EQ(seen.value(), 0U);
    EXPECT_EQ(teams(store), 1U);
}

TEST(SqliteInMemory, TakesMoreThanACheckpointHolds) {
    StoreOptions options = in_memory();
    options.sqlite.checkpoint_pages = 4;
    testing::TempStore store(std::move(options));
    for (int i = 0; i < 200; ++i) write_team(store, "t" + std::to_string(i));
    EXPECT_EQ(teams(store), 200U);
}

TEST(SqliteInMemory, WithoutAFolderForTemporaryFilesItSaysSo) {
    const char* const before = std::getenv("TMPDIR");
    const std::string kept = before != nullptr ? before : "";
    setenv("TMPDIR", "/nowhere/at/all", 1);
    sio::NullLog log;
    const auto opened = Store::open(in_memory(), log);
    if (kept.empty())
        unsetenv("TMPDIR");
    else
        setenv("TMPDIR", kept.c_str(), 1);
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().find("TMPDIR"), std::string::npos);
}

}  // namespace
}  // namespace desk::store
