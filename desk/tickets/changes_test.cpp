#include "desk/tickets/changes.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"
#include "desk/tickets/commands.hpp"

namespace desk::tickets {
namespace {

using store::testing::CommandTest;
using store::testing::kAdmin;
using store::testing::kAgent;
using store::testing::kCustomer;
using store::testing::kOther;
using store::testing::person;

class TicketChanges : public CommandTest {
protected:
    void SetUp() override {
        CommandTest::SetUp();
        CreateTicket command;
        command.subject = "Printer on fire";
        const auto made = CommandTest::run(kCustomer, command);
        ASSERT_TRUE(made.has_value());
        id_ = made->ticket.id;
        store_.take_rows();
    }

    Result<ChangeOutcome> run(const Actor& actor, ChangeTicket command) {
        command.ticket = id_;
        return CommandTest::run(actor, command);
    }

    std::string id_;
};

TEST_F(TicketChanges, AnAssignmentIsUpdatedThenAssigned) {
    ChangeTicket command;
    command.assignee = "alex";
    const auto outcome = run(kAdmin, command);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_TRUE(outcome->changed);
    EXPECT_EQ(outcome->ticket.version, 2);
    const auto rows = store_.take_rows();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].name, "ticket:updated");
    EXPECT_TRUE(rows[0].access.has_value());
    EXPECT_EQ(rows[1].name, "ticket:assigned");
    EXPECT_NE(rows[1].payload.find(R"("agent":{"id":"alex")"), std::string::npos);
    EXPECT_NE(rows[1].payload.find(R"("previousAgent":null)"), std::string::npos);
    command.assignee.emplace(std::nullopt);
    ASSERT_TRUE(run(kAdmin, command).has_value());
    EXPECT_NE(store_.take_rows()[1].payload.find(R"("agent":null,"previousAgent":{"id":"alex")"), std::string::npos);
}

TEST_F(TicketChanges, StatusAndAssignmentTogetherKeepTheirOrder) {
    ChangeTicket command;
    command.assignee = "alex";
    command.status = TicketStatus::Resolved;
    ASSERT_TRUE(run(kAgent, command)->ticket.resolved_at_us.has_value());
    EXPECT_EQ(store_.take_names(), (std::vector<std::string>{"ticket:updated", "ticket:assigned", "ticket:status"}));
}

TEST_F(TicketChanges, NothingNewEmitsNothing) {
    ChangeTicket command;
    command.priority = Priority::Normal;
    command.subject = "Printer on fire";
    EXPECT_FALSE(run(kAgent, command)->changed);
    EXPECT_TRUE(store_.take_rows().empty());
}

TEST_F(TicketChanges, AnOldVersionConflicts) {
    ChangeTicket command;
    command.if_version = 7;
    command.priority = Priority::Urgent;
    const auto refused = run(kAgent, command);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
    EXPECT_EQ(refused.error().details_json, R"("version":1,"reason":"VERSION")");
    command.if_version = 1;
    EXPECT_TRUE(run(kAgent, command).has_value());
}

TEST_F(TicketChanges, CustomersAndStrangersChangeNothing) {
    ChangeTicket command;
    command.priority = Priority::Urgent;
    EXPECT_EQ(run(kCustomer, command).error().code, ErrorCode::Forbidden);
    EXPECT_EQ(run(person("dora", Role::Admin, {}, "rival"), command).error().code, ErrorCode::RoomNotFound);
}

TEST_F(TicketChanges, UnknownPeopleAndTeamsAreRefused) {
    ChangeTicket assignee;
    assignee.assignee = "carla";
    EXPECT_EQ(run(kAdmin, assignee).error().details_json, R"("field":"assigneeId","reason":"UNKNOWN_USER")");
    ChangeTicket team;
    team.team = "t9";
    EXPECT_EQ(run(kAdmin, team).error().details_json, R"("field":"teamId","reason":"UNKNOWN_TEAM")");
    ChangeTicket participants;
    participants.participants = {"nobody"};
    EXPECT_EQ(run(kAdmin, participants).error().code, ErrorCode::InvalidPayload);
}

TEST_F(TicketChanges, ALossOfAccessCarriesWhatEvictsTheLosers) {
    set_visibility(AgentScope::Team);
    ChangeTicket command;
    command.team = "t1";
    ASSERT_TRUE(run(kAgent, command).has_value());
    store_.take_rows();
    command.team = "t2";
    ASSERT_TRUE(run(kAgent, command).has_value());
    const auto rows = store_.take_rows();
    ASSERT_TRUE(rows[0].access.has_value());
    EXPECT_TRUE(can_access(kAgent, rows[0].access->before));
    EXPECT_FALSE(can_access(kAgent, rows[0].access->after));
    EXPECT_EQ(rows[0].access->lists_before.staff_rooms, (std::vector<std::string>{"admins", "team:t1:staff"}));
    EXPECT_EQ(rows[0].audience.staff_rooms, (std::vector<std::string>{"admins", "team:t2:staff", "ticket:" + id_ + ":staff"}));
    EXPECT_NE(rows[0].access->lost_payload.find(R"("changes":{},"accessLost":true)"), std::string::npos);
    EXPECT_EQ(rows[0].access->lost_payload.find("t2"), std::string::npos);
    EXPECT_EQ(run(kAgent, command).error().code, ErrorCode::Forbidden);
    EXPECT_TRUE(run(kOther, command).has_value());
}

}  // namespace
}  // namespace desk::tickets
