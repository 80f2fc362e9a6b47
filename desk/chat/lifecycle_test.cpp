#include "desk/chat/lifecycle.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::chat {
namespace {

using namespace std::chrono_literals;
using store::testing::CommandTest;
using store::testing::kAdmin;
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

    std::optional<EndReason> expire(std::chrono::milliseconds timeout, std::chrono::milliseconds inactivity) {
        return run(system_actor("acme"), ExpireConversation{id_, {timeout, inactivity}}).value().ended;
    }
    void note(bool here) {
        write([&](store::Transaction& tx) { note_customer(tx, id_, here); });
    }
    using Due = std::vector<store::DueConversations::Name>;
    static constexpr std::int64_t kNone = 0;
    static constexpr std::int64_t kAll = store::kStillHere - 1;
    store::DueConversations due(std::int64_t absent_before_us = kNone, std::int64_t quiet_before_us = kNone) {
        return read([&](const store::Snapshot& s) { return store::due_conversations(s.session(), absent_before_us, quiet_before_us, 10); });
    }

    static constexpr std::chrono::milliseconds kLong = std::chrono::hours(1);
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

TEST_F(ChatLifecycle, WhoMayGiveWhichReason) {
    const Actor bot = person("helper", Role::Bot);
    const auto allowed = [&](const Actor& actor) {
        std::vector<EndReason> out;
        for (const EndReason reason : {EndReason::AgentEnded, EndReason::CustomerEnded, EndReason::CustomerTimeout, EndReason::Inactivity,
                                       EndReason::Transferred, EndReason::Merged, EndReason::System}) {
            const auto conversation = run(kCustomer, CreateConversation{});
            const auto ended = run(actor, EndConversation{conversation->conversation.id, reason});
            if (ended) out.push_back(*ended->conversation.end_reason);
        }
        return out;
    };
    const std::vector<EndReason> staff{EndReason::AgentEnded, EndReason::Transferred, EndReason::Merged};
    EXPECT_EQ(allowed(kCustomer), std::vector<EndReason>{EndReason::CustomerEnded});
    EXPECT_EQ(allowed(kAgent), staff);
    EXPECT_EQ(allowed(kAdmin), staff);
    EXPECT_EQ(allowed(bot).size(), 7U);
    EXPECT_EQ(run(kCustomer, EndConversation{id_})->conversation.end_reason, EndReason::CustomerEnded);
}

TEST_F(ChatLifecycle, ACustomerWhoWasNeverThereIsNotGone) {
    EXPECT_EQ(expire(0s, kLong), std::nullopt);
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(ChatLifecycle, WithoutItsCustomerItEndsOnce) {
    note(true);
    EXPECT_EQ(expire(0s, kLong), std::nullopt);
    note(false);
    EXPECT_EQ(expire(10s, kLong), std::nullopt) << "two seconds";
    EXPECT_EQ(expire(2s, kLong), EndReason::CustomerTimeout);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "chat:updated");
    EXPECT_EQ(rows[1].name, "chat:ended");
    EXPECT_TRUE(rows[1].payload.ends_with(R"("reason":"customer_timeout"})"));
    EXPECT_EQ(expire(0s, 0s), std::nullopt);
    EXPECT_EQ(run(kAgent, EndConversation{id_}).error().code, ErrorCode::Conflict);
    note(true);
    EXPECT_TRUE(due().due.empty());
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(ChatLifecycle, TheTimeOutBeginsAnewWithEachVisit) {
    note(false);
    write([](store::Transaction&) {});
    ASSERT_TRUE(run(kCustomer, JoinConversation{id_}).has_value());
    EXPECT_EQ(expire(2s, kLong), std::nullopt) << "joined a second ago";
    EXPECT_EQ(expire(2s, kLong), EndReason::CustomerTimeout) << "and was not heard of again";
}

TEST_F(ChatLifecycle, WithoutAMessageItEnds) {
    say(kCustomer, "hello");
    EXPECT_EQ(expire(kLong, 3s), std::nullopt);
    say(kAgent, "hello");
    EXPECT_EQ(expire(kLong, 3s), std::nullopt);
    run(kAgent, JoinConversation{id_});
    EXPECT_EQ(expire(kLong, 2s), std::nullopt) << "an agent has just taken it";
    store_.take_rows();
    EXPECT_EQ(expire(kLong, 2s), EndReason::Inactivity);
    EXPECT_EQ(store_.take_names(), (std::vector<std::string>{"chat:updated", "chat:ended"}));
}

TEST_F(ChatLifecycle, TheTestClockMovesNoTimeOut) {
    say(kCustomer, "hello");
    note(false);
    store_.move_clock(std::chrono::hours(100));
    EXPECT_EQ(expire(kLong, kLong), std::nullopt);
    store_.move_clock(-std::chrono::hours(200));
    EXPECT_EQ(expire(4s, kLong), std::nullopt);
    EXPECT_EQ(expire(3s, kLong), EndReason::CustomerTimeout);
}

TEST_F(ChatLifecycle, WhatIsDueIsFoundAndLookedAtNoSoonerThanNeeded) {
    const auto created = due(kNone, kAll);
    EXPECT_EQ(created.due, (Due{{"acme", id_}}));
    EXPECT_EQ(due().due, Due{});
    const std::int64_t opened = due().next_quiet.value();
    say(kCustomer, "hello");
    EXPECT_EQ(due().next_quiet, opened) << "a message costs no index";
    expire(kLong, kLong);
    EXPECT_GT(due().next_quiet, opened);
    EXPECT_EQ(due().next_absence, std::nullopt);
    note(true);
    EXPECT_EQ(due().next_absence, std::nullopt);
    EXPECT_EQ(due(kAll, kNone).due, Due{});
    note(false);
    EXPECT_TRUE(due().next_absence.has_value());
    EXPECT_EQ(due(kAll, kAll).due, (Due{{"acme", id_}})) << "once for both";
}

TEST_F(ChatLifecycle, AfterAStartNobodyIsThere) {
    note(true);
    write([](store::Transaction& tx) { EXPECT_EQ(store::forget_presence(tx.session(), tx.real_us()), 1); });
    EXPECT_EQ(expire(10s, kLong), std::nullopt);
    EXPECT_EQ(expire(2s, kLong), EndReason::CustomerTimeout);
}

}  // namespace
}  // namespace desk::chat
