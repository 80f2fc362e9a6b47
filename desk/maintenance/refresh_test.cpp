#include "desk/maintenance/refresh.hpp"

#include <chrono>
#include <optional>

#include "desk/cluster/testing/test_bus.hpp"
#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/temp_store.hpp"

namespace desk::maintenance {
namespace {

using namespace std::chrono_literals;
using cluster::testing::TestBus;
using desk::testing::person;

constexpr std::int64_t kNowUs = 1'700'000'000'000'000;
constexpr std::int64_t kHourUs = 3'600'000'000;

Notice notice(std::string id, std::string message = "Tonight") {
    return {.id = std::move(id), .org = "acme", .message = std::move(message), .starts_at_us = kNowUs, .ends_at_us = kNowUs + kHourUs};
}
Notice cancelled(Notice notice) {
    notice.cancelled = true;
    return notice;
}
std::string event(const Notice& notice) { return R"(42["system:maintenance",)" + sio::json::text(notice).str() + "]"; }

/// One of two servers on a store; the test lets them hear each other.
class Node final : public desk::testing::DeskTest {
public:
    Node(std::string name, store::Store& store) : bus(std::move(name)) {
        guarded("/");
        board.emplace(io(), [] { return kNowUs; });
        refresh_.emplace(*board, store, bus, io().loops().at(0), log_);
        DeskTest::start();
        refresh_->start();
    }
    ~Node() override { io().close(); }
    void TestBody() override {}

    std::unique_ptr<Client> agent(const std::string& user) { return join_as("/", person(user, Role::Agent)); }
    void pass(std::chrono::milliseconds time) { skip(time); }

    TestBus bus;
    std::optional<Board> board;

private:
    sio::NullLog log_;
    std::optional<NoticeRefresh> refresh_;
};

class NoticeRefreshTest : public ::testing::Test {
protected:
    void TearDown() override { store_->stop(); }
    void save(const Notice& notice) {
        ASSERT_TRUE(store_
                        ->write_and_wait("acme",
                                         [&](store::Transaction& tx) -> Result<int> {
                                             Notices(tx.session()).save(notice);
                                             return 0;
                                         })
                        .has_value());
    }
    /// As a command does it at a server.
    void tell(Node& at, const Notice& notice) {
        save(notice);
        at.board->tell(notice);
    }

    store::testing::TempStore store_;
    Node one_{"one", *store_};
    Node two_{"two", *store_};
};

TEST_F(NoticeRefreshTest, WhatIsToldAtOneServerIsToldAtTheOthersAtOnce) {
    const auto ann = two_.agent("ann");
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 5; ++i) {
        const Notice told = notice("1", "Change " + std::to_string(i));
        tell(one_, told);
        two_.bus.hear_all_of(one_.bus);
        EXPECT_EQ(ann->receive(), event(told));
    }
    // By its own looks alone it would take a second for each.
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
    tell(one_, cancelled(notice("1", "Change 4")));
    two_.bus.hear_all_of(one_.bus);
    EXPECT_EQ(ann->receive(), event(cancelled(notice("1", "Change 4"))));
}

TEST_F(NoticeRefreshTest, WhatNobodyToldOfIsFoundWithinASecond) {
    const auto ann = two_.agent("ann");
    save(notice("1"));
    two_.pass(1s);
    EXPECT_EQ(ann->receive(), event(notice("1")));
    save(cancelled(notice("1")));
    two_.pass(1s);
    EXPECT_EQ(ann->receive(), event(cancelled(notice("1"))));
}

TEST_F(NoticeRefreshTest, WhoComesToAnotherServerIsToldWhatIsInForce) {
    const auto ann = two_.agent("ann");
    tell(one_, notice("1"));
    two_.bus.hear_all_of(one_.bus);
    EXPECT_EQ(ann->receive(), event(notice("1")));
    const auto bob = two_.agent("bob");
    EXPECT_EQ(bob->receive(), event(notice("1")));
    EXPECT_EQ(two_.board->current("acme"), std::vector{notice("1")});
}

TEST_F(NoticeRefreshTest, OnlyWhatIsToldHereIsSaidToTheOthers) {
    const auto ann = two_.agent("ann");
    tell(one_, notice("1"));
    EXPECT_EQ(one_.bus.take().size(), 1U);
    two_.pass(1s);
    EXPECT_EQ(ann->receive(), event(notice("1")));
    EXPECT_TRUE(two_.bus.take().empty()) << "or two servers would go on for ever";
}

}  // namespace
}  // namespace desk::maintenance
