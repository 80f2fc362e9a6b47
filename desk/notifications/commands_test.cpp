#include "desk/notifications/commands.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::notifications {
namespace {

using store::testing::CommandTest;
using store::testing::kAgent;
using store::testing::kOther;
using store::testing::person;

class NotificationCommands : public CommandTest {
protected:
    std::string create(const std::string& user) {
        CreateNotifications command;
        command.users = {user};
        command.title = "Hello";
        const auto outcome = run(kOther, command);
        EXPECT_TRUE(outcome.has_value());
        return outcome ? outcome->created.at(0).id : "";
    }
};

TEST_F(NotificationCommands, EachUserGetsTheirOwnWithTheirCount) {
    create("alex");
    store_.take_rows();
    CreateNotifications command;
    command.users = {"alex", "bo"};
    command.title = "Lunch";
    ASSERT_TRUE(run(kOther, command).has_value());
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].subject, "alex");
    EXPECT_EQ(rows[0].unread, (UnreadCount{2, 2}));
    EXPECT_EQ(rows[1].subject, "bo");
    EXPECT_EQ(rows[1].unread, (UnreadCount{1, 1}));
    EXPECT_NE(rows[0].payload.find(R"("title":"Lunch")"), std::string::npos);
}

TEST_F(NotificationCommands, ReadingIsToldOnce) {
    const auto id = create("alex");
    store_.take_rows();
    EXPECT_EQ(run(kAgent, MarkRead{id})->count, (UnreadCount{0, 2}));
    EXPECT_EQ(run(kAgent, MarkRead{id})->changed, 0);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].name, "notification:read");
    EXPECT_TRUE(rows[0].payload.ends_with(R"("id":")" + id + R"("})"));
}

TEST_F(NotificationCommands, AnothersIsNotFound) {
    const auto id = create("alex");
    EXPECT_EQ(run(kOther, MarkRead{id}).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(run(person("alex", Role::Agent, {}, "rival"), MarkRead{id}).error().code, ErrorCode::RoomNotFound);
}

TEST_F(NotificationCommands, ReadAllMarksAllAndTellsTheNewestHundred) {
    std::vector<std::string> ids;
    for (int i = 0; i < 103; ++i) ids.push_back(create("alex"));
    store_.take_rows();
    const auto outcome = run(kAgent, MarkAllRead{});
    EXPECT_EQ(outcome->changed, 103);
    EXPECT_EQ(outcome->count.unread, 0);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 100U);
    EXPECT_NE(rows.front().payload.find(ids[3]), std::string::npos);
    EXPECT_FALSE(rows.front().unread.has_value());
    EXPECT_EQ(rows.back().unread, outcome->count);
    EXPECT_EQ(run(kAgent, MarkAllRead{})->changed, 0);
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(NotificationCommands, BadOnesAreRefusedWhole) {
    CreateNotifications command;
    command.title = "x";
    EXPECT_EQ(run(kAgent, command).error().code, ErrorCode::InvalidPayload);
    command.users = {"alex", "nobody"};
    EXPECT_EQ(run(kAgent, command).error().code, ErrorCode::InvalidPayload);
    command.users = {"alex"};
    EXPECT_EQ(run(person("carla", Role::Customer), command).error().code, ErrorCode::Forbidden);
    command.link = "javascript:alert(1)";
    EXPECT_EQ(run(kAgent, command).error().code, ErrorCode::InvalidPayload);
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(NotificationCommands, ListsNewestFirstAndOnDemandUnreadOnly) {
    const auto first = create("alex");
    const auto second = create("alex");
    ASSERT_TRUE(run(kAgent, MarkRead{second}).has_value());
    const auto list = [&](bool unread) {
        return store_
            ->read_and_wait("acme",
                            [unread](const store::Snapshot& s) -> Result<std::vector<Notification>> {
                                return s.notifications().list("alex", "", 10, unread);
                            })
            .value();
    };
    ASSERT_EQ(list(false).size(), 2U);
    EXPECT_EQ(list(false)[0].id, second);
    ASSERT_EQ(list(true).size(), 1U);
    EXPECT_EQ(list(true)[0].id, first);
}

}  // namespace
}  // namespace desk::notifications
