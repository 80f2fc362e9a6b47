#include "desk/dashboard/metrics_json.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sio/base/json.hpp"

namespace desk::dashboard {
namespace {

using enum PresenceStatus;

constexpr std::int64_t kNow = 1'790'000'000'000'000;
constexpr std::int64_t kSecond = 1'000'000;

constexpr Stamp stamp() { return {"acme", kNow, 7}; }

Attendance nobody(std::string_view, std::string_view) { return {}; }

/// Its text, taken apart; lives until the next.
sio::json::Value parsed(const std::string& json) {
    static sio::json::Parser parser;
    const auto value = parser.parse_copy(json);
    EXPECT_TRUE(value.has_value()) << json;
    return *value;
}

TEST(MetricsJson, EveryObjectSaysWhoseAndWhenItIs) {
    for (const std::string& json :
         {tickets_json(stamp(), {}), queue_json(stamp(), {}), agents_json(stamp(), {}, {}, nobody), sla_json(stamp(), {})})
        EXPECT_TRUE(json.starts_with(R"({"orgId":"acme","asOf":"2026-09-21T14:13:20.000Z","rev":7,)")) << json;
}

TEST(MetricsJson, WaitingIsMeasuredAtTheMomentOfTheObject) {
    QueueFacts facts;
    facts.teams = {{std::nullopt, 2, (2 * kNow - 30 * kSecond) / 1000, kNow - 20 * kSecond},
                   {"t1", 1, (kNow - 60 * kSecond) / 1000, kNow - 60 * kSecond}};
    facts.handled_1h = 3;
    facts.wait_1h_us = 10 * kSecond;
    const auto queue = parsed(queue_json(stamp(), facts));
    EXPECT_EQ(queue["waiting"].integer(), 3);
    EXPECT_EQ(queue["avgWaitTime"].number(), 30);
    EXPECT_EQ(queue["longestWait"].number(), 60);
    EXPECT_EQ(queue["avgWaitTime1h"].number(), 3.3);
    EXPECT_TRUE(queue["byTeam"].at(0)["teamId"].is_null());
    EXPECT_EQ(queue["byTeam"].at(0)["avgWaitTime"].number(), 15);
    EXPECT_EQ(queue["byTeam"].at(1)["longestWait"].number(), 60);
}

TEST(MetricsJson, NobodyHasWaitedLessThanNothing) {
    QueueFacts facts;
    facts.teams = {{std::nullopt, 1, (kNow + 60 * kSecond) / 1000, kNow + 60 * kSecond}};
    const auto queue = parsed(queue_json(stamp(), facts));
    EXPECT_EQ(queue["avgWaitTime"].number(), 0);
    EXPECT_EQ(queue["longestWait"].number(), 0);
}

TEST(MetricsJson, LoadIsWorkByCapacity) {
    AgentFacts facts;
    facts.agents = {{"ann", "Ann", 3, 10, 0}};
    const auto load = [&](const Workload& workload) {
        return parsed(agents_json(stamp(), facts, workload, nobody))["agents"].at(0)["load"];
    };
    EXPECT_EQ(load({}).number(), 0.75);
    EXPECT_EQ(load({.capacity = 3, .chat_weight = 2, .ticket_weight = 1}).number(), 5.33);
    EXPECT_TRUE(load({.capacity = 0}).is_null());
}

TEST(MetricsJson, LastSeenIsNowForWhoIsThere) {
    AgentFacts facts;
    facts.agents = {{"ann", "Ann", 0, 0, 5000}, {"bob", "Bob", 0, 0, 5000}, {"cid", "Cid", 0, 0, 5000}, {"dan", "Dan", 0, 0, 0}};
    const auto attend = [](std::string_view, std::string_view user) {
        return user == "ann" ? Attendance{Busy, 1} : user == "bob" ? Attendance{Offline, 9000} : Attendance{};
    };
    const auto agents = parsed(agents_json(stamp(), facts, {}, attend));
    EXPECT_EQ(agents["busy"].integer(), 1);
    EXPECT_EQ(agents["offline"].integer(), 3);
    EXPECT_EQ(agents["agents"].at(0)["lastSeen"].string(), "2026-09-21T14:13:20.000Z");
    EXPECT_EQ(agents["agents"].at(1)["lastSeen"].string(), "1970-01-01T00:00:09.000Z");
    EXPECT_EQ(agents["agents"].at(2)["lastSeen"].string(), "1970-01-01T00:00:05.000Z");
    EXPECT_TRUE(agents["agents"].at(3)["lastSeen"].is_null());
}

TEST(MetricsJson, OfVeryManyAgentsThoseAreListedWhoAreThereAndHaveMostToDo) {
    AgentFacts facts;
    for (int i = 0; i < 1200; ++i) facts.agents.push_back({"agent-" + std::to_string(10'000 + i), "A", i == 1100 ? 4 : 0, 0, 0});
    const auto attend = [](std::string_view, std::string_view user) { return Attendance{user < "agent-10400" ? Online : Offline, 0}; };
    const auto agents = parsed(agents_json(stamp(), facts, {}, attend));
    EXPECT_EQ(agents["online"].integer(), 400);
    EXPECT_EQ(agents["offline"].integer(), 800);
    ASSERT_EQ(agents["agents"].size(), kMostAgents);
    std::set<std::string> listed;
    for (const auto agent : agents["agents"].elements()) listed.emplace(agent["userId"].string().value_or(""));
    EXPECT_EQ(listed.size(), kMostAgents);
    for (int i = 0; i < 400; ++i) EXPECT_TRUE(listed.contains("agent-" + std::to_string(10'000 + i)));
    EXPECT_TRUE(listed.contains("agent-11100"));
}

TEST(MetricsJson, ComplianceIsPerCentOfWhatIsOver) {
    SlaFacts facts;
    facts.goals[0] = {.met = 2, .breached = 1, .running = 5, .paused = 1, .at_risk = 2};
    facts.goals[2] = {.met = 0, .breached = 1};
    facts.next = {{"ticket_1", SlaGoal::NextResponse, kNow}};
    const auto sla = parsed(sla_json(stamp(), facts));
    EXPECT_EQ(sla["windowHours"].integer(), 24);
    EXPECT_EQ(sla["targets"]["first_response"]["compliance"].number(), 66.7);
    EXPECT_EQ(sla["targets"]["first_response"]["atRisk"].integer(), 2);
    EXPECT_TRUE(sla["targets"]["next_response"]["compliance"].is_null());
    EXPECT_EQ(sla["targets"]["resolution"]["compliance"].number(), 0);
    EXPECT_EQ(sla["compliance"].number(), 50);
    EXPECT_EQ(sla["nextDue"].at(0)["target"].string(), "next_response");
}

}  // namespace
}  // namespace desk::dashboard
