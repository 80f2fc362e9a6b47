#include "desk/model/access.hpp"

#include <gtest/gtest.h>

namespace desk {
namespace {

Actor actor(std::string user, Role role, std::vector<std::string> teams = {}, std::optional<std::string> company = {}) {
    Actor out;
    out.org = "o";
    out.user = std::move(user);
    out.role = role;
    out.teams = std::move(teams);
    out.company = std::move(company);
    return out;
}

struct TicketCase {
    const char* name;
    Actor actor;
    TicketAccess ticket;
    bool expected;
};

TicketAccess ticket(AgentScope scope, std::optional<std::string> assignee = {}, std::optional<std::string> team = {}, bool share = false) {
    return {"c1", std::move(assignee), std::move(team), {"p1"}, "acme", {scope, share}};
}

class TicketAccessRule : public testing::TestWithParam<TicketCase> {};

TEST_P(TicketAccessRule, Decides) { EXPECT_EQ(can_access(GetParam().actor, GetParam().ticket), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Table, TicketAccessRule,
    testing::Values(TicketCase{"AdminAlways", actor("d", Role::Admin), ticket(AgentScope::Assigned), true},
                    TicketCase{"AgentOrgWide", actor("a", Role::Agent), ticket(AgentScope::Org, "b", "t2"), true},
                    TicketCase{"AgentOwnTeam", actor("a", Role::Agent, {"t1"}), ticket(AgentScope::Team, "b", "t1"), true},
                    TicketCase{"AgentOtherTeam", actor("a", Role::Agent, {"t1"}), ticket(AgentScope::Team, "b", "t2"), false},
                    TicketCase{"AgentAssignedInOtherTeam", actor("a", Role::Agent, {"t1"}), ticket(AgentScope::Team, "a", "t2"), true},
                    TicketCase{"AgentUnassignedWithoutTeam", actor("a", Role::Agent), ticket(AgentScope::Team), true},
                    TicketCase{"AgentAssignedElsewhereWithoutTeam", actor("a", Role::Agent), ticket(AgentScope::Team, "b"), false},
                    TicketCase{"AssignedScopeOwn", actor("a", Role::Agent), ticket(AgentScope::Assigned, "a"), true},
                    TicketCase{"AssignedScopeParticipant", actor("p1", Role::Agent), ticket(AgentScope::Assigned, "b"), true},
                    TicketCase{"AssignedScopeUnassigned", actor("a", Role::Agent), ticket(AgentScope::Assigned), false},
                    TicketCase{"Requester", actor("c1", Role::Customer), ticket(AgentScope::Org), true},
                    TicketCase{"ParticipatingCustomer", actor("p1", Role::Customer), ticket(AgentScope::Org), true},
                    TicketCase{"OtherCustomer", actor("c2", Role::Customer), ticket(AgentScope::Org), false},
                    TicketCase{"CompanyNotShared", actor("c2", Role::Customer, {}, "acme"), ticket(AgentScope::Org), false},
                    TicketCase{"CompanyShared", actor("c2", Role::Customer, {}, "acme"), ticket(AgentScope::Org, {}, {}, true), true},
                    TicketCase{"OtherCompanyShared", actor("c2", Role::Customer, {}, "else"), ticket(AgentScope::Org, {}, {}, true), false},
                    TicketCase{"NoCompanyShared", actor("c2", Role::Customer), ticket(AgentScope::Org, {}, {}, true), false},
                    TicketCase{"CustomerInTheTicketsTeam", actor("c2", Role::Customer, {"t1"}), ticket(AgentScope::Team, {}, "t1"), false}),
    [](const auto& tested) { return tested.param.name; });

struct ConversationCase {
    const char* name;
    Actor actor;
    ConversationAccess conversation;
    bool expected;
};

class ConversationAccessRule : public testing::TestWithParam<ConversationCase> {};

TEST_P(ConversationAccessRule, Decides) { EXPECT_EQ(can_access(GetParam().actor, GetParam().conversation), GetParam().expected); }

INSTANTIATE_TEST_SUITE_P(
    Table, ConversationAccessRule,
    testing::Values(ConversationCase{"ItsCustomer", actor("c1", Role::Customer), {"c1", {}, {}, false, AgentScope::Assigned}, true},
                    ConversationCase{"OtherCustomer", actor("c2", Role::Customer), {"c1", {}, {}, true, AgentScope::Org}, false},
                    ConversationCase{"Admin", actor("d", Role::Admin), {"c1", {}, "t2", false, AgentScope::Assigned}, true},
                    ConversationCase{"WaitingWithoutTeam", actor("a", Role::Agent), {"c1", {}, {}, true, AgentScope::Assigned}, true},
                    ConversationCase{
                        "WaitingInOtherTeam", actor("a", Role::Agent, {"t1"}), {"c1", {}, "t2", true, AgentScope::Team}, false},
                    ConversationCase{"WaitingInOwnTeam", actor("a", Role::Agent, {"t1"}), {"c1", {}, "t1", true, AgentScope::Team}, true},
                    ConversationCase{"ActiveOrgWide", actor("a", Role::Agent), {"c1", {"b"}, {}, false, AgentScope::Org}, true},
                    ConversationCase{"ActiveOwn", actor("a", Role::Agent), {"c1", {"a"}, "t2", false, AgentScope::Assigned}, true},
                    ConversationCase{"ActiveOthers", actor("a", Role::Agent), {"c1", {"b"}, {}, false, AgentScope::Assigned}, false}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace desk
