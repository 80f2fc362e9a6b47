#include "desk/model/event.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

TEST(EventRow, NamespaceFollowsFromTheName) {
    EXPECT_EQ(to_string(namespace_of("ticket:sla:warning")), "/tickets");
    EXPECT_EQ(to_string(namespace_of("chat:message")), "/chat");
    EXPECT_EQ(to_string(namespace_of("notification")), "/notifications");
    EXPECT_EQ(to_string(namespace_of("notification:read")), "/notifications");
    EXPECT_EQ(to_string(namespace_of("user:updated")), "/");
}

TEST(EventRow, AConversationsOwnRoomNeedsNoMeta) {
    EventRow row;
    row.subject_kind = SubjectKind::Conversation;
    row.subject = "c1";
    row.audience.shared_rooms = {"conv:c1"};
    EXPECT_EQ(meta_to_json(row), "");
    EventRow back;
    back.subject_kind = SubjectKind::Conversation;
    back.subject = "c1";
    ASSERT_TRUE(meta_from_json("", back).has_value());
    EXPECT_EQ(back.audience, row.audience);
    row.audience.shared_rooms = {"conv:c2"};
    EXPECT_NE(meta_to_json(row), "");
}

TEST(EventRow, MetaIsReadBackWhole) {
    EventRow row;
    row.subject_kind = SubjectKind::Ticket;
    row.subject = "t1";
    row.audience = {{"staff", "ticket:t1:staff"}, {"ticket:t1:customers"}, {}, {"a"}, {"c1"}};
    row.access = AccessChange{TicketAccess{"c1", "a", "t", {"p"}, "acme", {AgentScope::Team, true}},
                              TicketAccess{"c1", {}, {}, {}, {}, {}},
                              {{"team:t:staff"}, {}, {}, {"a"}, {}},
                              R"({"x":"é"})"};
    row.unread = UnreadCount{3, 9};
    EventRow back;
    back.subject_kind = row.subject_kind;
    back.subject = row.subject;
    ASSERT_TRUE(meta_from_json(meta_to_json(row), back).has_value());
    EXPECT_EQ(back.audience, row.audience);
    EXPECT_EQ(back.access, row.access);
    EXPECT_EQ(back.unread, row.unread);
}

TEST(EventRow, BrokenMetaIsAnError) {
    EventRow row;
    EXPECT_FALSE(meta_from_json("[1", row).has_value());
    EXPECT_FALSE(meta_from_json("7", row).has_value());
}

}  // namespace
}  // namespace desk
