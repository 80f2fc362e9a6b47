#include "desk/maintenance/board.hpp"

#include <optional>

#include "desk/session/testing/desk_fixture.hpp"

namespace desk::maintenance {
namespace {

using desk::testing::person;

constexpr std::int64_t kNowUs = 1'700'000'000'000'000;
constexpr std::int64_t kHourUs = 3'600'000'000;

class BoardTest : public desk::testing::DeskTest {
protected:
    using Heard = std::vector<std::string>;

    void begin() {
        guarded("/");
        board_.emplace(io(), [this] { return now_us_; });
        board_->on_told([this] { told_.add("told"); });
        start();
    }
    static Notice notice(std::string id, std::string message = "Tonight") {
        return {.id = std::move(id), .org = "acme", .message = std::move(message), .starts_at_us = kNowUs, .ends_at_us = kNowUs + kHourUs};
    }
    static std::string event(const Notice& notice) { return R"(42["system:maintenance",)" + sio::json::text(notice).str() + "]"; }
    static Notice cancelled(Notice notice) {
        notice.cancelled = true;
        return notice;
    }
    Heard heard(Client& client) {
        io().emit("mark");
        Heard out;
        for (std::string message; !(message = client.receive()).starts_with(R"(42["mark")") && !message.starts_with('<');)
            out.push_back(message);
        return out;
    }

    std::int64_t now_us_ = kNowUs;
    sio::testing::Journal told_;
    std::optional<Board> board_;
};

TEST_F(BoardTest, WhatTheStoreHasAnewIsToldOnceAndToWhoComes) {
    begin();
    auto ann = join_as("/", person("ann", Role::Agent));
    const Notice first = notice("1");
    for (int i = 0; i < 3; ++i) board_->refresh({first}, board_->changes());
    EXPECT_EQ(heard(*ann), Heard{event(first)});
    const Notice changed = notice("1", "Tomorrow");
    board_->refresh({changed}, board_->changes());
    EXPECT_EQ(heard(*ann), Heard{event(changed)});
    EXPECT_EQ(board_->current("acme"), std::vector{changed});
}

TEST_F(BoardTest, WhatTheStoreHasNoMoreIsCancelledUnlessItEnded) {
    begin();
    auto ann = join_as("/", person("ann", Role::Agent));
    board_->load({notice("1"), notice("2")});
    board_->refresh({notice("2")}, board_->changes());
    EXPECT_EQ(heard(*ann), Heard{event(cancelled(notice("1")))});
    now_us_ += 2 * kHourUs;
    board_->refresh({}, board_->changes());
    EXPECT_EQ(heard(*ann), Heard{});
}

TEST_F(BoardTest, WhatWasReadBeforeSomethingWasToldIsPassedOver) {
    begin();
    auto ann = join_as("/", person("ann", Role::Agent));
    const auto at = board_->changes();
    board_->tell(notice("1"));
    board_->refresh({}, at);
    EXPECT_EQ(heard(*ann), Heard{event(notice("1"))});
    EXPECT_EQ(told_.wait(1), Heard{"told"});
}

TEST_F(BoardTest, OtherOrgsHearNothing) {
    begin();
    auto eve = join_as("/", person("eve", Role::Agent, {}, "globex"));
    board_->refresh({notice("1")}, board_->changes());
    EXPECT_EQ(heard(*eve), Heard{});
}

}  // namespace
}  // namespace desk::maintenance
