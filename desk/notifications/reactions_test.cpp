#include "desk/notifications/reactions.hpp"

#include <gtest/gtest.h>

#include "desk/store/testing/temp_store.hpp"

namespace desk::notifications {
namespace {

using store::testing::person;
using store::testing::TempStore;

const Actor kCustomer = person("carla", Role::Customer);
const Actor kAgent = person("alex", Role::Agent, {"t1"});
const Actor kOther = person("bo", Role::Agent, {"t2"});
const Actor kAdmin = person("dora", Role::Admin);

store::StoreOptions with_reaction() {
    store::StoreOptions options;
    options.reactions.emplace_back(react);
    return options;
}

class NotificationReactions : public testing::Test {
protected:
    void SetUp() override {
        ticket_.id = "T";
        ticket_.number = 7;
        ticket_.subject = "Fire";
        ticket_.requester = kCustomer.ref();
        ASSERT_TRUE(store_
                        ->write_and_wait("acme",
                                         [](store::Transaction& tx) -> Result<int> {
                                             for (const Actor& actor : {kCustomer, kAgent, kOther, kAdmin}) tx.ensure(actor);
                                             return 0;
                                         })
                        .has_value());
    }

    /// user:type of each notification made.
    std::vector<std::string> raise(const DomainEvent& event) {
        EXPECT_TRUE(store_
                        ->write_and_wait("acme",
                                         [&](store::Transaction& tx) -> Result<int> {
                                             tx.raise(event);
                                             return 0;
                                         })
                        .has_value());
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

    TempStore store_{with_reaction()};
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
