#include "desk/notifications/reactions.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/command_test.hpp"

namespace desk::notifications {
namespace {

using store::testing::CommandTest;
using store::testing::kAdmin;
using store::testing::kAgent;
using store::testing::kCustomer;

store::StoreOptions with_reaction() {
    store::StoreOptions options;
    options.reactions.emplace_back(react);
    return options;
}

class NotificationReactions : public CommandTest {
protected:
    NotificationReactions() : CommandTest(with_reaction()) {}

    void SetUp() override {
        CommandTest::SetUp();
        ticket_.id = "T";
        ticket_.number = 7;
        ticket_.subject = "Fire";
        ticket_.requester = kCustomer.ref();
    }

    /// user:type of each notification made.
    std::vector<std::string> raise(const DomainEvent& event) {
        write([&event](store::Transaction& tx) { tx.raise(event); });
        std::vector<std::string> out;
        for (const EventRow& row : store_.take_rows()) {
            const auto at = row.payload.find(R"("type":")") + 8;
            out.push_back(row.subject + ":" + row.payload.substr(at, row.payload.find('"', at) - at));
        }
        return out;
    }

    std::vector<std::string> message(const Actor& by, std::string content) {
        Message m;
        m.id = "m";
        m.ticket = "T";
        m.author = by.ref();
        m.content = std::move(content);
        return raise(TicketMessageAdded{ticket_, m, by});
    }

    Ticket ticket_;
};

TEST_F(NotificationReactions, AnAssignmentTellsTheAssigneeUnlessTheyDidIt) {
    Ticket after = ticket_;
    after.assignee = kAgent.ref();
    EXPECT_EQ(raise(TicketChanged{ticket_, after, kAdmin}), std::vector<std::string>{"alex:ticket_assigned"});
    EXPECT_TRUE(raise(TicketChanged{ticket_, after, kAgent}).empty());
    EXPECT_TRUE(raise(TicketChanged{after, after, kAdmin}).empty());
    EXPECT_EQ(raise(TicketCreated{after, kAdmin}), std::vector<std::string>{"alex:ticket_assigned"});
}

TEST_F(NotificationReactions, AMessageTellsTheStaffWhoFollowNotTheAuthorNorCustomers) {
    ticket_.assignee = kAgent.ref();
    ticket_.participants = {"bo", "carla"};
    EXPECT_EQ(message(kCustomer, "help @dora"), (std::vector<std::string>{"alex:ticket_message", "bo:ticket_message"}));
    EXPECT_EQ(message(kAgent, "done"), std::vector<std::string>{"bo:ticket_message"});
}

TEST_F(NotificationReactions, AMentionReplacesTheMessageNotice) {
    ticket_.assignee = kAgent.ref();
    EXPECT_EQ(message(kAdmin, "look, @alex and @bo."), (std::vector<std::string>{"alex:mention", "bo:mention"}));
    EXPECT_EQ(message(kAdmin, "@nobody @carla"), std::vector<std::string>{"alex:ticket_message"});
}

TEST_F(NotificationReactions, NobodyIsToldOfWhatTheyMayNotSee) {
    ASSERT_TRUE(store_
                    ->write_and_wait("acme",
                                     [](store::Transaction& tx) -> Result<int> {
                                         Org org = *tx.orgs().find();
                                         org.visibility = AgentScope::Team;
                                         tx.orgs().save(org);
                                         return 0;
                                     })
                    .has_value());
    ticket_.team = "t1";
    EXPECT_EQ(message(kAdmin, "@alex @bo"), std::vector<std::string>{"alex:mention"});
}

TEST_F(NotificationReactions, AStatusTellsTheAssignee) {
    ticket_.assignee = kAgent.ref();
    Ticket after = ticket_;
    after.status = TicketStatus::Resolved;
    EXPECT_EQ(raise(TicketChanged{ticket_, after, kAdmin}), std::vector<std::string>{"alex:ticket_status"});
    EXPECT_TRUE(raise(TicketChanged{ticket_, after, kAgent}).empty());
}

TEST(Mentions, BeginWordsAndEndBeforeTheSentence) {
    EXPECT_EQ(mentions("@a, (@b) mail me@example.com @a @c.d. @"), (std::vector<std::string>{"a", "b", "c.d"}));
    EXPECT_TRUE(mentions("no one").empty());
    std::string many;
    for (int i = 0; i < 50; ++i) many += "@u" + std::to_string(i) + " ";
    EXPECT_EQ(mentions(many).size(), 20U);
}

}  // namespace
}  // namespace desk::notifications
