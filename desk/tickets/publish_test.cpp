#include "desk/tickets/publish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::tickets {
namespace {

using store::testing::kAgent;
using store::testing::kCustomer;
using testing::ElementsAre;
using testing::IsEmpty;

class PublishTicketTest : public store::testing::CommandTest {
protected:
    PublishTicketTest() { whole_ = {.id = "T-1", .version = 5, .subject = "Help", .requester = kCustomer.ref()}; }

    Result<Published> publish(const PublishTicket& command) { return run(system_actor("acme"), command); }
    Ticket stored() {
        return read([](const store::Snapshot& s) { return *s.tickets().find("T-1"); });
    }

    PublishTicket whole_;
};

TEST_F(PublishTicketTest, AnUnknownTicketIsMade) {
    whole_.number = 40;
    whole_.created_at_us = std::optional<std::int64_t>(1'000'000);
    EXPECT_EQ(publish(whole_).value(), Published::Accepted);
    EXPECT_THAT(store_.take_names(), ElementsAre("ticket:created"));
    EXPECT_EQ(stored().number, 40);
    EXPECT_EQ(stored().version, 5);
    EXPECT_EQ(stored().created_at_us, 1'000'000);
    whole_.id = "T-2";
    EXPECT_EQ(publish(whole_).error().details_json, R"("field":"number","reason":"TAKEN")");
    whole_.number.reset();
    EXPECT_EQ(publish(whole_).value(), Published::Accepted);
    EXPECT_EQ(store_.take_rows().size(), 1U);
    EXPECT_EQ(read([](const store::Snapshot& s) { return s.tickets().find("T-2")->number; }), 41);
}

TEST_F(PublishTicketTest, AnUnknownTicketNeedsASubjectAndARequester) {
    PublishTicket bare{.id = "T-1", .version = 1, .subject = "Help"};
    EXPECT_EQ(publish(bare).error().code, ErrorCode::InvalidPayload);
    bare = {.id = "T-1", .version = 1, .requester = kCustomer.ref()};
    EXPECT_EQ(publish(bare).error().code, ErrorCode::InvalidPayload);
    EXPECT_THAT(store_.take_names(), IsEmpty());
}

TEST_F(PublishTicketTest, WhatIsAbsentStaysAndNullClears) {
    whole_.assignee = kAgent.ref();
    whole_.tags = {{"a"}};
    publish(whole_).value();
    PublishTicket change{.id = "T-1", .version = 6, .priority = Priority::High};
    publish(change).value();
    EXPECT_EQ(stored().assignee, kAgent.ref());
    EXPECT_THAT(stored().tags, ElementsAre("a"));
    change = {.id = "T-1", .version = 7, .assignee = std::optional<UserRef>()};
    publish(change).value();
    EXPECT_EQ(stored().assignee, std::nullopt);
}

TEST_F(PublishTicketTest, OnlyALaterVersionOfTheBackendsCounts) {
    publish(whole_).value();
    store_.take_rows();
    EXPECT_EQ(publish(whole_).value(), Published::Stale);
    whole_.version = 4;
    EXPECT_EQ(publish(whole_).value(), Published::Stale);
    EXPECT_THAT(store_.take_names(), IsEmpty());
    ASSERT_TRUE(run(kAgent, AddTicketMessage{"T-1", NewMessage{.content = "x"}}).has_value());
    store_.take_rows();
    EXPECT_EQ(stored().version, 6);
    whole_.version = 6;
    whole_.status = TicketStatus::Open;
    EXPECT_EQ(publish(whole_).value(), Published::Accepted);
    EXPECT_EQ(stored().version, 7);
    EXPECT_THAT(store_.take_names(), ElementsAre("ticket:updated", "ticket:status"));
}

TEST_F(PublishTicketTest, NobodyIsToldOfNoDifference) {
    publish(whole_).value();
    store_.take_rows();
    whole_.version = 6;
    EXPECT_EQ(publish(whole_).value(), Published::Accepted);
    EXPECT_THAT(store_.take_names(), IsEmpty());
}

TEST_F(PublishTicketTest, PeopleAreMirroredButNeverOverATokenOrARecord) {
    whole_.requester = UserRef{"erin", "Erin", std::nullopt, Role::Customer};
    whole_.assignee = UserRef{"alex", "Somebody else", std::nullopt, Role::Admin};
    write([](store::Transaction& tx) {
        User alex = *tx.users().find("alex");
        alex.source = UserSource::Record;
        tx.save_user(alex);
    });
    publish(whole_).value();
    EXPECT_EQ(stored().requester.name, "Erin");
    EXPECT_EQ(stored().assignee, kAgent.ref());
    PublishTicket renamed{.id = "T-1", .version = 6, .requester = UserRef{"erin", "Erin E.", std::nullopt, Role::Customer}};
    publish(renamed).value();
    EXPECT_EQ(stored().requester.name, "Erin E.");
}

TEST_F(PublishTicketTest, AMessageHasItsBackendsIdAndIsThereOnce) {
    publish(whole_).value();
    store_.take_rows();
    const PublishMessage message{"T-1", kCustomer.ref(), NewMessage{.content = "Hello", .id = "m-1", .created_at_us = 5'000'000}};
    EXPECT_EQ(run(system_actor("acme"), message).value(), Published::Accepted);
    EXPECT_THAT(store_.take_names(), ElementsAre("ticket:updated", "ticket:message"));
    EXPECT_EQ(run(system_actor("acme"), message).value(), Published::Duplicate);
    EXPECT_THAT(store_.take_names(), IsEmpty());
    const auto found = read([](const store::Snapshot& s) { return *s.ticket_messages().find("m-1"); });
    EXPECT_EQ(found.author, kCustomer.ref());
    EXPECT_EQ(found.created_at_us, 5'000'000);
    const PublishMessage lost{"T-9", std::nullopt, NewMessage{.content = "x"}};
    EXPECT_EQ(run(system_actor("acme"), lost).error().code, ErrorCode::RoomNotFound);
}

TEST_F(PublishTicketTest, ParticipantsFindTheirTicketsInLists) {
    whole_.participants = {{"bo", "erin"}};
    publish(whole_).value();
    const auto count = [&](const std::string& user) {
        return read([&](const store::Snapshot& s) { return s.tickets().list({.customer = user}).size(); });
    };
    EXPECT_EQ(count("bo"), 1U);
    EXPECT_EQ(count("erin"), 1U);
    EXPECT_EQ(count("carla"), 1U);
    PublishTicket without{.id = "T-1", .version = 6, .participants = {{"erin"}}};
    publish(without).value();
    EXPECT_EQ(count("bo"), 0U);
    EXPECT_EQ(count("erin"), 1U);
}

}  // namespace
}  // namespace desk::tickets
