#include <gtest/gtest.h>

#include "desk/dashboard/facts.hpp"
#include "desk/dashboard/metrics_json.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::dashboard {
namespace {

using store::testing::kCustomer;

class DashboardQueue : public store::testing::CommandTest {
protected:
    /// `count` squared customers and `count` more wait from now on. Returns when
    /// that is.
    std::int64_t wait(int count) {
        std::int64_t since_us = 0;
        write([&](store::Transaction& tx) {
            since_us = tx.now_us();
            for (int i = 0; i < count; ++i) {
                Conversation chat;
                chat.id = "c" + std::to_string(i) + "-";
                chat.org = tx.org();
                chat.customer = kCustomer.ref();
                chat.created_at_us = since_us;
                chat.waiting_since_us = since_us;
                tx.conversations().insert(chat, tx.now_us());
            }
            constexpr store::sql::Sql kSquare{
                "INSERT INTO conversations (org, id, status, customer_id, "
                "last_number, waiting_since, created_at, version, quiet_since, "
                "active_at) "
                "SELECT a.org, a.id || b.id, a.status, a.customer_id, 0, "
                "a.waiting_since, a.created_at, 1, a.quiet_since, a.active_at "
                "FROM conversations a JOIN conversations b ON b.org = a.org WHERE "
                "a.org = ?1"};
            tx.session().run(kSquare, tx.org());
        });
        return since_us;
    }
    QueueFacts facts() {
        return read([](const store::Snapshot& s) { return read_facts(s, {Metric::Queue}).queue; });
    }
};

TEST_F(DashboardQueue, HoldsAsManyAsWait) {
    const std::int64_t since_us = wait(80);
    const QueueFacts queue = facts();
    EXPECT_EQ(queue.waiting(), 6480);
    const std::string json = queue_json({"acme", since_us + 60'000'000, 1}, queue);
    EXPECT_TRUE(json.contains(R"("waiting":6480,"avgWaitTime":60,"longestWait":60,)")) << json;
    EXPECT_TRUE(json.contains(R"({"teamId":null,"waiting":6480,"avgWaitTime":60,"longestWait":60})")) << json;
}

}  // namespace
}  // namespace desk::dashboard
