#include "desk/tickets/commands.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::tickets {
namespace {

using store::testing::CommandTest;
using store::testing::kAdmin;
using store::testing::kAgent;
using store::testing::kCustomer;
using store::testing::kOther;
using store::testing::person;

class TicketCommands : public CommandTest {
protected:
    std::string create(const Actor& actor = kCustomer, std::optional<std::string> team = {}) {
        CreateTicket command;
        command.subject = "Printer on fire";
        command.team = std::move(team);
        const auto outcome = run(actor, command);
        EXPECT_TRUE(outcome.has_value());
        store_.take_rows();
        return outcome ? outcome->ticket.id : "";
    }

    AddTicketMessage message(const std::string& ticket, std::string content, Visibility visibility = Visibility::Public,
                             std::optional<std::string> client_id = {}) {
        AddTicketMessage command;
        command.ticket = ticket;
        command.message.content = std::move(content);
        command.message.visibility = visibility;
        command.message.client_message_id = std::move(client_id);
        return command;
    }

    Ticket stored(const std::string& id) {
        return read([&id](const store::Snapshot& s) { return *s.tickets().find(id); });
    }
};

TEST_F(TicketCommands, ACustomersTicketIsStoredAndAnnounced) {
    CreateTicket command;
    command.subject = "Help";
    command.priority = Priority::High;
    command.team = "t1";
    command.tags = {"a", "a", "b"};
    command.message.emplace().content = "It is broken";
    const auto outcome = run(kCustomer, command);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->ticket.number, 1);
    EXPECT_EQ(outcome->ticket.requester.name, "Name of carla");
    EXPECT_EQ(outcome->ticket.tags, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(stored(outcome->ticket.id), outcome->ticket);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "ticket:created");
    EXPECT_EQ(rows[0].audience.staff_rooms, std::vector<std::string>{"staff"});
    EXPECT_EQ(rows[0].audience.customer_users, std::vector<std::string>{"carla"});
    EXPECT_NE(rows[0].payload.find(R"("subject":"Help")"), std::string::npos);
    EXPECT_EQ(rows[1].name, "ticket:message");
    EXPECT_EQ(rows[1].author, "carla");
}

TEST_F(TicketCommands, NumbersCountWithoutHoles) {
    create();
    CreateTicket refused;
    refused.subject = "x";
    refused.team = "nowhere";
    EXPECT_FALSE(run(kCustomer, refused).has_value());
    EXPECT_EQ(stored(create()).number, 2);
}

TEST_F(TicketCommands, OnlyAdminsChooseIdsAndOnlyOnce) {
    CreateTicket command;
    command.subject = "x";
    command.id = "T-1";
    EXPECT_EQ(run(kAgent, command).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(run(kAdmin, command)->ticket.id, "T-1");
    const auto again = run(kAdmin, command);
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::Conflict);
    command.id = "a:b";
    EXPECT_EQ(run(kAdmin, command).error().code, ErrorCode::InvalidPayload);
}

TEST_F(TicketCommands, StaffAskForOthersCustomersOnlyForThemselves) {
    CreateTicket command;
    command.subject = "x";
    command.requester = "carla";
    EXPECT_EQ(run(kAgent, command)->ticket.requester.id, "carla");
    command.requester = "alex";
    EXPECT_EQ(run(kCustomer, command).error().code, ErrorCode::Forbidden);
    command.requester = "nobody";
    const auto unknown = run(kAgent, command);
    EXPECT_EQ(unknown.error().code, ErrorCode::InvalidPayload);
    EXPECT_EQ(unknown.error().details_json, R"("field":"requesterId","reason":"UNKNOWN_USER")");
}

TEST_F(TicketCommands, AReplyUpdatesTheTicketBeforeItsMessage) {
    const auto id = create();
    ASSERT_TRUE(run(kCustomer, message(id, "Still?")).has_value());
    EXPECT_TRUE(stored(id).waiting_since_us.has_value());
    store_.take_rows();
    const auto outcome = run(kAgent, message(id, "On it"));
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->message.number, 2);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "ticket:updated");
    EXPECT_EQ(rows[1].name, "ticket:message");
    EXPECT_NE(rows[0].payload.find(R"("messageCount":2)"), std::string::npos);
    EXPECT_NE(rows[0].payload.find(R"("waitingSince":null)"), std::string::npos);
    EXPECT_NE(rows[0].payload.find(R"("previous":{)"), std::string::npos);
    EXPECT_EQ(rows[0].customer_payload.find("previous"), std::string::npos);
    EXPECT_EQ(rows[0].audience.staff_rooms, (std::vector<std::string>{"staff", "ticket:" + id + ":staff"}));
    EXPECT_EQ(rows[1].audience.customer_rooms, std::vector<std::string>{"ticket:" + id + ":customers"});
    const Ticket ticket = stored(id);
    EXPECT_TRUE(ticket.first_responded_at_us.has_value());
    EXPECT_FALSE(ticket.waiting_since_us.has_value());
    EXPECT_EQ(ticket.version, 3);
}

TEST_F(TicketCommands, AnInternalNoteNeverReachesCustomers) {
    const auto id = create();
    ASSERT_TRUE(run(kAgent, message(id, "secret", Visibility::Internal)).has_value());
    for (const EventRow& row : store_.take_rows()) {
        EXPECT_EQ(row.customers, Customers::Nothing) << row.name;
        EXPECT_TRUE(row.customer_payload.empty());
    }
    const Ticket ticket = stored(id);
    EXPECT_EQ(ticket.messages.count, 1);
    EXPECT_EQ(ticket.public_messages.count, 0);
    EXPECT_FALSE(ticket.first_responded_at_us.has_value());
    EXPECT_EQ(run(kCustomer, message(id, "x", Visibility::Internal)).error().code, ErrorCode::Forbidden);
    const auto list = [&](bool internal) {
        return store_->read_and_wait(
            "acme", [&](const store::Snapshot& s) -> Result<std::size_t> { return s.ticket_messages().list(id, 0, 10, internal).size(); });
    };
    EXPECT_EQ(list(true).value(), 1U);
    EXPECT_EQ(list(false).value(), 0U);
}

TEST_F(TicketCommands, AResendGivesTheFirstMessageAndEmitsNothing) {
    const auto id = create();
    const auto first = run(kCustomer, message(id, "one", Visibility::Public, "k"));
    store_.take_rows();
    const auto second = run(kCustomer, message(id, "two", Visibility::Public, "k"));
    ASSERT_TRUE(second.has_value());
    EXPECT_TRUE(second->duplicate);
    EXPECT_EQ(second->message, first->message);
    EXPECT_TRUE(store_.take_rows().empty());
    EXPECT_FALSE(run(kAgent, message(id, "three", Visibility::Public, "k"))->duplicate);
}

TEST_F(TicketCommands, TextIsRepairedAndBounded) {
    const auto id = create();
    EXPECT_EQ(run(kCustomer, message(id, std::string("a\0b\xFF", 4)))->message.content,
              "a\xEF\xBF\xBD"
              "b\xEF\xBF\xBD");
    EXPECT_EQ(run(kCustomer, message(id, std::string(10'001, 'x'))).error().code, ErrorCode::PayloadTooLarge);
    EXPECT_EQ(run(kCustomer, message(id, "  ")).error().code, ErrorCode::InvalidPayload);
}

TEST_F(TicketCommands, AttachmentsAreBoundedAndTheirAddressesPlain) {
    const auto id = create();
    auto command = message(id, "");
    command.message.attachments = {{"f1", "a.png", "image/png", 10, "https://files.example/a.png"}};
    EXPECT_TRUE(run(kCustomer, command).has_value());
    command.message.attachments[0].url = "javascript:alert(1)";
    EXPECT_EQ(run(kCustomer, command).error().code, ErrorCode::InvalidPayload);
    command.message.attachments.assign(11, {"f1", "a.png", "image/png", 10, "/a.png"});
    EXPECT_EQ(run(kCustomer, command).error().code, ErrorCode::PayloadTooLarge);
}

TEST_F(TicketCommands, AnswersToInvisibleMessagesAreRefused) {
    const auto id = create();
    const auto note = run(kAgent, message(id, "secret", Visibility::Internal));
    auto reply = message(id, "what?");
    reply.message.in_reply_to = note->message.id;
    EXPECT_EQ(run(kCustomer, reply).error().code, ErrorCode::InvalidPayload);
    EXPECT_TRUE(run(kAgent, reply).has_value());
}

TEST_F(TicketCommands, SubscribingChecksAccessAndGivesThePosition) {
    const auto id = create();
    const auto subscribe = [&](const Actor& actor, const std::string& ticket) {
        return store_->read_and_wait(actor.org, [&](const store::Snapshot& s) { return tickets::run(s, actor, SubscribeTicket{ticket}); });
    };
    EXPECT_EQ(subscribe(kCustomer, id)->cursor.seq, 1);
    EXPECT_TRUE(subscribe(kAgent, id).has_value());
    EXPECT_EQ(subscribe(person("eve", Role::Customer), id).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(subscribe(kAgent, "T-unknown").error().code, ErrorCode::RoomNotFound);
    EXPECT_EQ(subscribe(person("alex", Role::Admin, {}, "rival"), id).error().code, ErrorCode::RoomNotFound);
}

TEST_F(TicketCommands, TeamVisibilityAddressesTheTeam) {
    set_visibility(AgentScope::Team);
    CreateTicket command;
    command.subject = "x";
    command.team = "t1";
    const auto id = run(kCustomer, command)->ticket.id;
    EXPECT_EQ(store_.take_rows()[0].audience.staff_rooms, (std::vector<std::string>{"admins", "team:t1:staff"}));
    EXPECT_EQ(run(kOther, message(id, "mine?")).error().code, ErrorCode::Forbidden);
    EXPECT_TRUE(run(kAgent, message(id, "mine")).has_value());
}

TEST_F(TicketCommands, TwoOrgsWithTheSameIdsNeverMeet) {
    const Actor rival = person("dora", Role::Admin, {}, "rival");
    CreateTicket command;
    command.id = "T-1";
    command.subject = "ours";
    ASSERT_TRUE(run(kAdmin, command).has_value());
    command.subject = "theirs";
    ASSERT_TRUE(run(rival, command).has_value());
    ASSERT_TRUE(run(rival, message("T-1", "hello")).has_value());
    EXPECT_EQ(stored("T-1").subject, "ours");
    EXPECT_EQ(stored("T-1").messages.count, 0);
    for (const EventRow& row : store_.take_rows()) {
        EXPECT_EQ(row.payload.find("ours") != std::string::npos && row.org == "rival", false);
    }
}

TEST_F(TicketCommands, ListsPageThroughTheNewestChangesFirst) {
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i) ids.push_back(create());
    const auto page = [&](store::TicketFilter filter) {
        return store_
            ->read_and_wait("acme", [&](const store::Snapshot& s) -> Result<std::vector<Ticket>> { return s.tickets().list(filter); })
            .value();
    };
    store::TicketFilter filter;
    filter.limit = 2;
    const auto first = page(filter);
    ASSERT_EQ(first.size(), 2U);
    EXPECT_EQ(first[0].id, ids[4]);
    filter.before_updated_at_us = first[1].updated_at_us;
    filter.before_id = first[1].id;
    EXPECT_EQ(page(filter)[0].id, ids[2]);
    filter = {};
    filter.customer = "carla";
    filter.status = TicketStatus::New;
    filter.team = "t1";
    EXPECT_TRUE(page(filter).empty());
}

}  // namespace
}  // namespace desk::tickets
