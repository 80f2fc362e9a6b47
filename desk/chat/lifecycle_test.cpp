#include "desk/chat/lifecycle.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::chat {
namespace {

using store::testing::CommandTest;
using store::testing::kAgent;
using store::testing::kCustomer;
using store::testing::person;

class ChatLifecycle : public CommandTest {
protected:
    void SetUp() override {
        CommandTest::SetUp();
        const auto made = run(kCustomer, CreateConversation{});
        ASSERT_TRUE(made.has_value());
        id_ = made->conversation.id;
        store_.take_rows();
    }

    std::string say(const Actor& actor, const std::string& content) {
        SendChatMessage command;
        command.conversation = id_;
        command.content = content;
        const auto sent = run(actor, command);
        EXPECT_TRUE(sent.has_value());
        return sent ? sent->message.id : "";
    }

    std::string id_;
};

TEST_F(ChatLifecycle, MarkersOnlyMoveForward) {
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(say(kCustomer, "m"));
    store_.take_rows();
    EXPECT_TRUE(run(kAgent, ReadConversation{id_, ids[4]})->moved);
    EXPECT_FALSE(run(kAgent, ReadConversation{id_, ids[2]})->moved);
    EXPECT_FALSE(run(kAgent, ReadConversation{id_, ids[4]})->moved);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].name, "chat:read");
    EXPECT_TRUE(rows[0].payload.ends_with(R"("userId":"alex","messageId":")" + ids[4] + R"("})"));
}

TEST_F(ChatLifecycle, OwnMessagesAreReadAlready) {
    const auto first = say(kCustomer, "one");
    say(kAgent, "two");
    store_.take_rows();
    EXPECT_FALSE(run(kAgent, ReadConversation{id_, first})->moved);
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(ChatLifecycle, UnknownAndForeignMessagesAreNotFound) {
    const auto message = say(kCustomer, "one");
    EXPECT_EQ(run(kAgent, ReadConversation{id_, "msg_unknown"}).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(run(kAgent, ReadConversation{"conv-other", message, true}).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(run(person("eve", Role::Customer), ReadConversation{id_, message}).error().code, ErrorCode::Forbidden);
}

TEST_F(ChatLifecycle, AssigningActivatesAndIsToldOnce) {
    EXPECT_EQ(run(kCustomer, AssignConversation{id_, "alex"}).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(run(kAgent, AssignConversation{id_, "carla"}).error().code, ErrorCode::InvalidPayload);
    EXPECT_EQ(run(kAgent, AssignConversation{id_, "alex"})->conversation.status, ConversationStatus::Active);
    EXPECT_TRUE(run(kAgent, AssignConversation{id_, "alex"}).has_value());
    EXPECT_EQ(store_.take_names(), std::vector<std::string>{"chat:updated"});
}

TEST_F(ChatLifecycle, TheEndComesOnce) {
    EXPECT_EQ(run(kCustomer, EndConversation{id_, EndReason::Transferred}).error().code, ErrorCode::InvalidPayload);
    const auto ended = run(kAgent, EndConversation{id_});
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->conversation.end_reason, EndReason::AgentEnded);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "chat:updated");
    EXPECT_EQ(rows[1].name, "chat:ended");
    EXPECT_TRUE(rows[1].payload.ends_with(R"("reason":"agent_ended"})"));
    EXPECT_EQ(run(kCustomer, EndConversation{id_}).error().code, ErrorCode::Conflict);
    EXPECT_EQ(run(kAgent, AssignConversation{id_, "alex"}).error().code, ErrorCode::ConversationEnded);
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(ChatLifecycle, TheServerGivesItsOwnReasons) {
    EXPECT_EQ(run(system_actor("acme"), EndConversation{id_, EndReason::CustomerTimeout})->conversation.end_reason,
              EndReason::CustomerTimeout);
}

}  // namespace
}  // namespace desk::chat
