#include "desk/session/directory_refresh.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "desk/session/directory.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk {
namespace {

using store::testing::TempStore;

/// A directory beside a store where somebody else writes; the test turns its loop.
class DirectoryRefreshTest : public ::testing::Test {
protected:
    /// As another server would, which announces nothing.
    void write(const std::string& org, const std::string& user, std::int64_t version) {
        ASSERT_TRUE(store_
                        ->write_and_wait(
                            org,
                            [&](store::Transaction& tx) -> Result<int> {
                                EventRow row;
                                row.name = "user:updated";
                                row.subject_kind = SubjectKind::User;
                                row.subject = user;
                                row.audience.users = {user};
                                row.payload =
                                    sio::json::object({{"name", "N"}, {"role", "agent"}, {"active", true}, {"version", version}}).str();
                                tx.append(std::move(row));
                                return 0;
                            })
                        .has_value());
    }
    /// The reader's answers go to the loop.
    void TearDown() override { store_->stop(); }
    /// A minute at most.
    bool turn_until(const std::function<bool()>& done) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!done() && std::chrono::steady_clock::now() < end) {
            loop_.turn(std::chrono::milliseconds(1));
            loop_.skip_ahead(std::chrono::milliseconds(100));
        }
        return done();
    }
    std::int64_t version_of(const std::string& org, const std::string& user) const {
        const auto record = directory_.find(org, user);
        return record ? record->version : 0;
    }

    TempStore store_;
    sio::runtime::Loop loop_;
    sio::NullLog log_;
    Directory directory_;
    DirectoryRefresh refresh_{directory_, *store_, [] { return std::int64_t{1'700'000'000'000'000}; }, loop_, log_};
};

TEST_F(DirectoryRefreshTest, LearnsWhatNobodyAnnounced) {
    refresh_.start();
    write("acme", "ann", 1);
    write("globex", "bob", 1);
    EXPECT_TRUE(turn_until([&] { return version_of("acme", "ann") == 1 && version_of("globex", "bob") == 1; }));
    write("acme", "ann", 2);
    EXPECT_TRUE(turn_until([&] { return version_of("acme", "ann") == 2; }));
}

TEST_F(DirectoryRefreshTest, GoesOnWhereAPageEnded) {
    refresh_.start();
    ASSERT_TRUE(store_
                    ->write_and_wait("acme",
                                     [&](store::Transaction& tx) -> Result<int> {
                                         for (int i = 0; i < 1500; ++i) {
                                             EventRow row;
                                             row.name = "user:updated";
                                             row.subject_kind = SubjectKind::User;
                                             row.subject = "u" + std::to_string(i);
                                             row.payload = R"({"name":"N","role":"agent","active":true,"version":1})";
                                             tx.append(std::move(row));
                                         }
                                         return 0;
                                     })
                    .has_value());
    write("acme", "late", 1);
    EXPECT_TRUE(turn_until([&] { return version_of("acme", "u1499") == 1 && version_of("acme", "late") == 1; }));
}

}  // namespace
}  // namespace desk
