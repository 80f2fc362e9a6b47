#include <gtest/gtest.h>

#include "desk/model/conversation.hpp"
#include "desk/model/ticket.hpp"

namespace desk {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'123'456;

Ticket sample() {
    Ticket t;
    t.id = "T-1";
    t.number = 7;
    t.org = "o";
    t.subject = "It \"burns\"";
    t.requester = {"c1", "Carla", {}, Role::Customer};
    t.messages = {3, kNow};
    t.public_messages = {2, kNow - 1'000'000};
    t.created_at_us = t.updated_at_us = kNow;
    return t;
}

TEST(TicketProjection, CustomersCountPublicMessagesOnly) {
    EXPECT_NE(to_json(sample(), View::Staff).find(R"("messageCount":3)"), std::string::npos);
    EXPECT_NE(to_json(sample(), View::Customer).find(R"("messageCount":2)"), std::string::npos);
}

TEST(TicketProjection, HasWhatTheDocumentNames) {
    const std::string json = to_json(sample(), View::Staff);
    EXPECT_TRUE(json.starts_with(
        R"({"id":"T-1","number":7,"orgId":"o","subject":"It \"burns\"","status":"new","priority":"normal","channel":"web")"))
        << json;
    EXPECT_NE(json.find(R"("requester":{"id":"c1","name":"Carla","avatarUrl":null,"role":"customer"},"assignee":null,"teamId":null)"),
              std::string::npos);
    EXPECT_TRUE(json.ends_with(R"("createdAt":"2023-11-14T22:13:20.123Z","updatedAt":"2023-11-14T22:13:20.123Z","version":1})")) << json;
}

TEST(TicketDiff, NamesOldAndNewValuesOfWhatChanged) {
    const Ticket before = sample();
    Ticket after = before;
    after.team = "t1";
    after.set_status(TicketStatus::Resolved, kNow);
    const auto change = diff(before, after, View::Staff);
    EXPECT_EQ(change.changes, R"({"status":"resolved","teamId":"t1","resolvedAt":"2023-11-14T22:13:20.123Z"})");
    EXPECT_EQ(change.previous, R"({"status":"new","teamId":null,"resolvedAt":null})");
}

TEST(TicketDiff, AnInternalNoteIsNoDifferenceToCustomers) {
    const Ticket before = sample();
    Ticket after = before;
    after.messages = {4, kNow + 5'000};
    EXPECT_FALSE(diff(before, after, View::Staff).empty());
    EXPECT_TRUE(diff(before, after, View::Customer).empty());
}

TEST(TicketStatus, ClosingKeepsTheTimeOfResolution) {
    Ticket t = sample();
    t.set_status(TicketStatus::Resolved, kNow);
    t.set_status(TicketStatus::Closed, kNow + 9);
    EXPECT_EQ(t.resolved_at_us, kNow);
    EXPECT_EQ(t.closed_at_us, kNow + 9);
    t.set_status(TicketStatus::Open, kNow + 10);
    EXPECT_FALSE(t.resolved_at_us.has_value());
    EXPECT_FALSE(t.closed_at_us.has_value());
}

TEST(ChatMessage, HasItsFieldsAtTopLevel) {
    ChatMessage m{"m1", "c", 4, {"u", "U", "https://a/b.png", Role::Agent}, "hi\n", MessageType::Text, "[]", "k", kNow};
    EXPECT_EQ(
        to_json(m),
        R"({"id":"m1","conversationId":"c","number":4,"senderId":"u","sender":{"id":"u","name":"U","avatarUrl":"https://a/b.png","role":"agent"},)"
        R"("content":"hi\n","type":"text","attachments":[],"clientMessageId":"k","createdAt":"2023-11-14T22:13:20.123Z"})");
}

TEST(Conversation, EndedNamesItsReasonAndMarkers) {
    Conversation c;
    c.id = "c1";
    c.org = "o";
    c.status = ConversationStatus::Ended;
    c.end_reason = EndReason::CustomerTimeout;
    const std::string json = to_json(c, {{"u1", 3, "m3"}}, std::nullopt);
    EXPECT_NE(json.find(R"("endReason":"customer_timeout")"), std::string::npos);
    EXPECT_NE(json.find(R"("readMarkers":{"u1":"m3"})"), std::string::npos);
    EXPECT_NE(json.find(R"("lastMessage":null)"), std::string::npos);
}

TEST(UserProjection, HidesTheEMailFromCustomers) {
    User u;
    u.ref = {"u", "U", {}, Role::Agent};
    u.email = "u@example.com";
    EXPECT_NE(to_json(u, View::Staff).find("u@example.com"), std::string::npos);
    EXPECT_EQ(to_json(u, View::Customer).find("u@example.com"), std::string::npos);
}

TEST(Enums, NamesAreReadBack) {
    EXPECT_EQ(from_string<desk::TicketStatus>("on_hold"), desk::TicketStatus::OnHold);
    EXPECT_FALSE(from_string<Role>("root").has_value());
    EXPECT_EQ(to_string(EndReason::CustomerTimeout), "customer_timeout");
}

}  // namespace
}  // namespace desk
