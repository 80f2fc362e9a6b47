#include "desk/cluster/announcement.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "desk/cluster/message.hpp"

namespace desk::cluster {
namespace {

EventRow row(std::int64_t seq, std::string name = "ticket:updated") {
    EventRow out;
    out.org = "acme";
    out.seq = seq;
    out.event_id = "evt_" + std::to_string(seq);
    out.name = std::move(name);
    out.subject_kind = SubjectKind::Ticket;
    out.subject = "ticket_7";
    out.author = "ann";
    out.audience.staff_rooms = {"staff", "ticket:ticket_7:staff"};
    out.payload = R"({"seq":)" + std::to_string(seq) + "}";
    out.customers = Customers::Own;
    out.customer_payload = R"({"public":true})";
    out.occurred_at_us = 1'700'000'000'000'000 + seq;
    return out;
}

void expect_same(const EventRow& a, const EventRow& b) {
    EXPECT_EQ(a.org, b.org);
    EXPECT_EQ(a.seq, b.seq);
    EXPECT_EQ(a.event_id, b.event_id);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.subject_kind, b.subject_kind);
    EXPECT_EQ(a.subject, b.subject);
    EXPECT_EQ(a.author, b.author);
    EXPECT_EQ(a.audience, b.audience);
    EXPECT_EQ(a.payload, b.payload);
    EXPECT_EQ(a.customers, b.customers);
    EXPECT_EQ(a.customer_payload, b.customer_payload);
    EXPECT_EQ(a.access, b.access);
    EXPECT_EQ(a.unread, b.unread);
    EXPECT_EQ(a.occurred_at_us, b.occurred_at_us);
}

TEST(Announcement, ARowComesWhole) {
    EventRow taken = row(5);
    AccessChange change;
    change.before = TicketAccess{"carol", "ann", "t1", {"bob"}, std::nullopt, {}};
    change.after = TicketAccess{"carol", std::nullopt, "t2", {}, std::nullopt, {}};
    change.lists_before.staff_rooms = {"team:t1:staff"};
    change.lost_payload = R"({"accessLost":true})";
    taken.access = change;
    EventRow counted = row(6, "notification");
    counted.subject_kind = SubjectKind::User;
    counted.unread = UnreadCount{3, 9};
    const auto read = read_announcement(announce({taken, counted}, 42));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->org, "acme");
    EXPECT_EQ(read->last, 6);
    EXPECT_EQ(read->committed_us, 42);
    EXPECT_FALSE(read->people);
    ASSERT_EQ(read->rows.size(), 2U);
    expect_same(read->rows[0], taken);
    expect_same(read->rows[1], counted);
}

TEST(Announcement, ItsHeadSaysWhoseItIsAndWhetherItIsAboutPeople) {
    const auto head = read_head(announce({row(5), row(6, "session:revoked")}, 42));
    ASSERT_TRUE(head.has_value());
    EXPECT_EQ(head->org, "acme");
    EXPECT_EQ(head->last, 6);
    EXPECT_TRUE(head->people);
    EXPECT_TRUE(head->rows.empty());
}

TEST(Announcement, WhatIsTooMuchIsLeftToTheLog) {
    EventRow large = row(2);
    large.payload = R"({"text":")" + std::string(1000, 'x') + "\"}";
    const auto one = read_announcement(announce({row(1), large, row(3)}, 0, {.row_bytes = 900, .all_bytes = 100'000}));
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one->last, 3);
    ASSERT_EQ(one->rows.size(), 2U);
    EXPECT_EQ(one->rows[1].seq, 3);
    const auto all = read_announcement(announce({row(1), row(2), row(3)}, 0, {.row_bytes = 900, .all_bytes = 500}));
    ASSERT_TRUE(all.has_value());
    EXPECT_EQ(all->last, 3);
    EXPECT_LT(all->rows.size(), 3U);
}

TEST(Announcement, RowsOutOfOrderAreNone) {
    EXPECT_FALSE(read_announcement(announce({row(2), row(1)}, 0)).has_value());
    EXPECT_FALSE(read_announcement(announce({row(2), row(2)}, 0)).has_value());
    EXPECT_FALSE(read_announcement(announce({row(0)}, 0)).has_value());
}

TEST(Announcement, WhatIsNoOrgsOrNoEventsIsNone) {
    EventRow foreign = row(1);
    foreign.org = "ac:me";
    EXPECT_FALSE(read_head(announce({foreign}, 0)).has_value());
    EventRow bare = row(1);
    bare.payload = "7";
    EXPECT_FALSE(read_announcement(announce({bare}, 0)).has_value());
    EXPECT_FALSE(read_head(Message(2).text("acme").integer(1).integer(1).flag(false).bytes()).has_value()) << "another version";
}

RC_GTEST_PROP(Announcement, DamagedOnesAreRefusedOrRead, (std::vector<std::uint8_t> places)) {
    std::string bytes = announce({row(1), row(2)}, 42);
    for (const auto place : places) bytes[place % bytes.size()] = static_cast<char>(place);
    const auto read = read_announcement(bytes);
    if (!read) return;
    std::int64_t before = 0;
    for (const EventRow& each : read->rows) {
        RC_ASSERT(each.seq > before && each.seq <= read->last);
        RC_ASSERT(each.payload.starts_with('{'));
        before = each.seq;
    }
}

}  // namespace
}  // namespace desk::cluster
