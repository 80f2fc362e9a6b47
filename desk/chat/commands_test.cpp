#include "desk/chat/commands.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::chat {
namespace {

using store::testing::CommandTest;
using store::testing::kAdmin;
using store::testing::kAgent;
using store::testing::kCustomer;
using store::testing::kOther;
using store::testing::person;

class ChatCommands : public CommandTest {
protected:
    std::string create() {
        const auto outcome = run(kCustomer, CreateConversation{});
        EXPECT_TRUE(outcome.has_value());
        store_.take_rows();
        return outcome ? outcome->conversation.id : "";
    }

    static SendChatMessage say(const std::string& conversation, std::string content, std::optional<std::string> client_id = {}) {
        SendChatMessage command;
        command.conversation = conversation;
        command.content = std::move(content);
        command.client_message_id = std::move(client_id);
        return command;
    }

    void end(const std::string& id) {
        write([&id](store::Transaction& tx) {
            Conversation c = *tx.conversations().find(id);
            c.status = ConversationStatus::Ended;
            c.end_reason = EndReason::AgentEnded;
            tx.conversations().update(c);
        });
    }
};

TEST_F(ChatCommands, ANewConversationWaitsAndStaffLearnOfIt) {
    const auto outcome = run(kCustomer, CreateConversation{});
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->conversation.status, ConversationStatus::Waiting);
    EXPECT_TRUE(outcome->conversation.waiting_since_us.has_value());
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].name, "chat:updated");
    EXPECT_EQ(rows[0].customers, Customers::Nothing);
    EXPECT_EQ(rows[0].audience.staff_rooms, std::vector<std::string>{"staff"});
}

TEST_F(ChatCommands, StaffLearnOfWhatTheyMayAccess) {
    using Rooms = std::vector<std::string>;
    write([](store::Transaction& tx) { tx.teams().insert_if_absent("t1"); });
    const auto told = [&](AgentScope scope, std::optional<std::string> team) {
        set_visibility(scope);
        std::vector<Audience> out;
        CreateConversation command;
        command.team = std::move(team);
        const auto made = run(kCustomer, command);
        EXPECT_TRUE(run(kAdmin, JoinConversation{made->conversation.id}).has_value());
        for (const EventRow& row : store_.take_rows()) out.push_back(row.audience);
        EXPECT_EQ(out.size(), 2U);
        return out;
    };
    const auto team = told(AgentScope::Team, "t1");
    EXPECT_EQ(team[0].staff_rooms, (Rooms{"admins", "team:t1:staff"}));
    EXPECT_EQ(team[1].users, Rooms{"dora"});
    const auto open = told(AgentScope::Team, {});
    EXPECT_EQ(open[0].staff_rooms, Rooms{"staff"}) << "it waits for any agent";
    EXPECT_EQ(open[1].staff_rooms, Rooms{"admins"});
    const auto assigned = told(AgentScope::Assigned, "t1");
    EXPECT_EQ(assigned[0].staff_rooms, Rooms{"admins"});
    EXPECT_EQ(assigned[0].users, Rooms{});
    EXPECT_EQ(assigned[1].users, Rooms{"dora"});
}

TEST_F(ChatCommands, WhoLosesSightOfItIsToldForTheLastTime) {
    set_visibility(AgentScope::Assigned);
    const auto id = create();
    ASSERT_TRUE(run(kAgent, JoinConversation{id}).has_value());
    const auto rows = store_.take_rows();
    ASSERT_TRUE(rows[0].access.has_value());
    const AccessChange& change = *rows[0].access;
    EXPECT_TRUE(can_access(kOther, change.before));
    EXPECT_FALSE(can_access(kOther, change.after));
    EXPECT_TRUE(can_access(kAgent, change.after));
    EXPECT_EQ(change.lists_before.staff_rooms, std::vector<std::string>{"staff"});
    EXPECT_NE(change.lost_payload.find(R"("status":"active")"), std::string::npos);
    EXPECT_NE(change.lost_payload.find(R"("accessLost":true)"), std::string::npos);
    EXPECT_EQ(change.lost_payload.find("alex"), std::string::npos) << "not who has taken it";
    EventRow stored = rows[0];
    stored.access.reset();
    ASSERT_TRUE(meta_from_json(meta_to_json(rows[0]), stored).has_value());
    EXPECT_EQ(stored.access, change) << "replays tell the same";
}

TEST_F(ChatCommands, TheFirstAgentActivatesLaterOnesAreAdded) {
    const auto id = create();
    EXPECT_EQ(run(kCustomer, JoinConversation{id})->conversation.status, ConversationStatus::Waiting);
    EXPECT_TRUE(store_.take_rows().empty());
    const auto joined = run(kAgent, JoinConversation{id});
    ASSERT_TRUE(joined.has_value());
    EXPECT_EQ(joined->conversation.status, ConversationStatus::Active);
    EXPECT_TRUE(joined->conversation.started_at_us.has_value());
    EXPECT_FALSE(joined->conversation.waiting_since_us.has_value());
    EXPECT_EQ(store_.take_names(), std::vector<std::string>{"chat:updated"});
    EXPECT_EQ(run(kAgent, JoinConversation{id})->conversation.version, 2);
    EXPECT_TRUE(store_.take_rows().empty());
    EXPECT_EQ(run(kOther, JoinConversation{id})->conversation.agents.size(), 2U);
    EXPECT_EQ(store_.take_names(), std::vector<std::string>{"chat:updated"});
}

TEST_F(ChatCommands, AnObservingAdminChangesNothing) {
    const auto id = create();
    const auto joined = run(kAdmin, JoinConversation{id, true});
    EXPECT_EQ(joined->conversation.status, ConversationStatus::Waiting);
    EXPECT_TRUE(store_.take_rows().empty());
    EXPECT_EQ(run(kAdmin, JoinConversation{id, false})->conversation.status, ConversationStatus::Active);
}

TEST_F(ChatCommands, StrangersAreRefused) {
    const auto id = create();
    EXPECT_EQ(run(person("eve", Role::Customer), JoinConversation{id}).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(run(kAgent, JoinConversation{"conv-unknown"}).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(run(person("carla", Role::Admin, {}, "rival"), JoinConversation{id}).error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(run(person("eve", Role::Customer), say(id, "hi")).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(run(person("carla", Role::Admin, {}, "rival"), say(id, "hi")).error().code, ErrorCode::RoomNotFound);
}

TEST_F(ChatCommands, MessagesAreNumberedAndTheAckIsTheMessage) {
    const auto id = create();
    const auto first = run(kCustomer, say(id, "hello"));
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->message.number, 1);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].name, "chat:message");
    EXPECT_EQ(rows[0].audience.shared_rooms, std::vector<std::string>{"conv:" + id});
    EXPECT_TRUE(rows[0].payload.ends_with(first->json.substr(1)));
    EXPECT_EQ(run(kAgent, say(id, "hi"))->message.number, 2);
    const auto listed = read([&](const store::Snapshot& s) { return s.chat_messages().list_after(id, 0, 10); });
    ASSERT_EQ(listed.size(), 2U);
    EXPECT_EQ(listed[0], first->message);
}

TEST_F(ChatCommands, AResendGivesTheSameAnswerAlsoAfterTheEnd) {
    const auto id = create();
    const auto first = run(kCustomer, say(id, "hello", "k"));
    store_.take_rows();
    EXPECT_EQ(run(kCustomer, say(id, "hello", "k"))->json, first->json);
    end(id);
    const auto late = run(kCustomer, say(id, "hello", "k"));
    ASSERT_TRUE(late.has_value());
    EXPECT_TRUE(late->duplicate);
    EXPECT_EQ(late->json, first->json);
    EXPECT_TRUE(store_.take_rows().empty());
    EXPECT_EQ(run(kCustomer, say(id, "more", "k2")).error().code, ErrorCode::ConversationEnded);
}

TEST_F(ChatCommands, AfterTheEndNobodyWritesAndJoinersAreTold) {
    const auto id = create();
    end(id);
    auto command = say(id, "hello");
    command.joined = true;
    EXPECT_EQ(run(kCustomer, command).error().code, ErrorCode::ConversationEnded);
    const auto joined = run(kAgent, JoinConversation{id});
    ASSERT_TRUE(joined.has_value());
    EXPECT_EQ(joined->ended_json, R"({"conversationId":")" + id + R"(","reason":"agent_ended"})");
    EXPECT_TRUE(joined->conversation.agents.empty());
    command.conversation = "conv-unknown";
    EXPECT_EQ(run(kCustomer, command).error().code, ErrorCode::RoomNotFound);
}

TEST_F(ChatCommands, ARefusedMessageTakesNoNumber) {
    const auto id = create();
    EXPECT_EQ(run(kCustomer, say(id, " ")).error().code, ErrorCode::InvalidPayload);
    auto forged = say(id, "x");
    forged.type = MessageType::System;
    EXPECT_EQ(run(kCustomer, forged).error().code, ErrorCode::InvalidPayload);
    EXPECT_EQ(run(kCustomer, say(id, "x"))->message.number, 1);
}

TEST_F(ChatCommands, OwnMessagesAreRead) {
    const auto id = create();
    run(kCustomer, say(id, "one"));
    const auto second = run(kAgent, say(id, "two"));
    const auto markers = read([&](const store::Snapshot& s) { return s.conversations().markers(id); });
    ASSERT_EQ(markers.size(), 2U);
    EXPECT_EQ(markers[0], (ReadMarker{"alex", 2, second->message.id}));
}

TEST_F(ChatCommands, OnlyStaffOpenForOthersAndOnlyAdminsChooseIds) {
    EXPECT_EQ(run(kCustomer, CreateConversation{{}, "bo"}).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(run(kAgent, CreateConversation{}).error().code, ErrorCode::InvalidPayload);
    EXPECT_EQ(run(kAgent, CreateConversation{"conv-0", "carla"}).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(run(kAdmin, CreateConversation{"conv-0", "carla"})->conversation.id, "conv-0");
    EXPECT_EQ(run(kAdmin, CreateConversation{"conv-0", "carla"}).error().code, ErrorCode::Conflict);
    EXPECT_EQ(run(kAdmin, CreateConversation{{}, "nobody"}).error().code, ErrorCode::InvalidPayload);
    EXPECT_EQ(run(kAdmin, CreateConversation{{}, "carla", "no-team"}).error().code, ErrorCode::InvalidPayload);
    EXPECT_EQ(run(kAdmin, CreateConversation{{}, "carla", {}, "no-ticket"}).error().code, ErrorCode::InvalidPayload);
}

}  // namespace
}  // namespace desk::chat
