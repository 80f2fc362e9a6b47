#include "desk/sla/timers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "desk/session/testing/desk_fixture.hpp"
#include "desk/sla/testing/promised_tickets.hpp"

namespace desk::sla {
namespace {

using namespace std::chrono_literals;
using store::testing::kAdmin;
using store::testing::TempStore;

/// The store's clock goes on a second with everything it is asked, so with each look.
class SlaTimersTest : public desk::testing::DeskTest {
protected:
    void begin() {
        start();
        for (int server = 0; server < 2; ++server) {
            timers_.push_back(std::make_unique<SlaTimers>(io(), *store_, log_));
            std::promise<void> begun;
            io().loops().at(0).post([&] {
                timers_.back()->begin();
                begun.set_value();
            });
            begun.get_future().wait();
        }
    }
    void TearDown() override {
        store_->stop();
        DeskTest::TearDown();
    }
    template <class Work>
    void write(const std::string& org, Work work) {
        ASSERT_TRUE(store_
                        ->write_and_wait(org,
                                         [&](store::Transaction& tx) -> Result<int> {
                                             work(tx);
                                             return 0;
                                         })
                        .has_value());
    }
    void promise(const std::string& org, int tickets) {
        write(org, [&](store::Transaction& tx) {
            Actor customer = store::testing::kCustomer;
            customer.org = org;
            tx.ensure(customer);
            ASSERT_TRUE(run(tx, kAdmin, CreatePolicy{"gold", testing::an_hour()}).has_value());
            for (int i = 0; i < tickets; ++i) testing::create(tx, "T" + std::to_string(i));
        });
    }
    /// What has been told so far, once it is `count`, as `org/ticket event`, in the alphabet's order.
    std::vector<std::string> told(std::size_t count) {
        const auto late = std::chrono::steady_clock::now() + 30s;
        while (told_.size() < count && std::chrono::steady_clock::now() < late) look();
        for (int i = 0; i < 5; ++i) look();
        std::ranges::sort(told_);
        return told_;
    }
    /// What a look leads to is done before the next, or the clock would go on without it.
    void look() {
        skip(1002ms);
        write("acme", [](store::Transaction&) {});
        for (const EventRow& row : store_.take_rows()) told_.push_back(row.org + "/" + row.subject + " " + row.name);
    }

    TempStore store_{testing::with_promises()};
    sio::NullLog log_;
    std::vector<std::string> told_;
    std::vector<std::unique_ptr<SlaTimers>> timers_;
};

TEST_F(SlaTimersTest, TellInEveryOrgOnceThoughTwoServersLook) {
    promise("acme", 2);
    promise("rival", 1);
    begin();
    EXPECT_TRUE(told(0).empty());
    store_.move_clock(2h);
    EXPECT_EQ(told(3),
              (std::vector<std::string>{"acme/T0 ticket:sla:breached", "acme/T1 ticket:sla:breached", "rival/T0 ticket:sla:breached"}));
}

TEST_F(SlaTimersTest, TellOfMoreTicketsThanTheyTakeAtOnce) {
    promise("acme", 250);
    begin();
    store_.move_clock(50min);
    EXPECT_EQ(told(250).size(), 250U);
}

TEST_F(SlaTimersTest, CountTheTicketsOfAChangedPolicyAgain) {
    promise("acme", 150);
    begin();
    PolicyFields stricter;
    stricter.promises = testing::an_hour().promises;
    (*stricter.promises)[0].fill(1);
    write("acme", [&](store::Transaction& tx) { ASSERT_TRUE(run(tx, kAdmin, ChangePolicy{"gold", std::nullopt, stricter}).has_value()); });
    EXPECT_EQ(told(150).size(), 150U);
}

}  // namespace
}  // namespace desk::sla
