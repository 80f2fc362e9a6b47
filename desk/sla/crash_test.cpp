#include <gtest/gtest.h>

#include <chrono>

#include "desk/sla/targets.hpp"
#include "desk/sla/testing/promised_tickets.hpp"
#include "desk/store/testing/failing_vfs.hpp"

// A server that dies at any step of a firing has told of it once, now or when it is back.
namespace desk::sla {
namespace {

using namespace testing;
using store::testing::FailingVfs;

constexpr int kTickets = 3;

class Server {
public:
    Server(const std::string& path, std::int64_t& now_us) {
        store::StoreOptions options = with_promises();
        options.sqlite.path = path;
        options.sqlite.vfs = FailingVfs::kName;
        options.now_us = [&now_us] { return now_us; };
        options.committed = [this](const std::string&, std::vector<EventRow> rows) { told_ += static_cast<int>(rows.size()); };
        auto opened = store::Store::open(std::move(options), log_);
        if (opened) store_ = std::move(*opened);
    }
    explicit operator bool() const { return store_ != nullptr; }
    store::Store* operator->() { return store_.get(); }
    int told() const { return told_; }

    DueTickets due() {
        auto found = store_->read_and_wait(
            std::string(), [](const store::Snapshot& s) -> Result<DueTickets> { return due_tickets(s.session(), s.now_us(), 10); });
        return found.value_or(DueTickets{});
    }
    bool fire(const std::string& ticket) {
        return store_->write_and_wait("acme", [&](store::Transaction& tx) { return run(tx, FirePromises{ticket}); }).has_value();
    }

private:
    sio::NullLog log_;
    std::atomic<int> told_{0};
    std::unique_ptr<store::Store> store_;
};

std::vector<std::string> events(Server& server) {
    return server
        ->read_and_wait("acme",
                        [](const store::Snapshot& s) -> Result<std::vector<std::string>> {
                            std::vector<std::string> names;
                            for (const EventRow& row : s.log().rows(0, s.log().position().seq, 100))
                                names.push_back(row.subject + row.name);
                            return names;
                        })
        .value();
}

/// Ends the server by a failing write or sync number `step` of a firing; true when the firing got by without it.
bool survives(std::atomic<int> FailingVfs::* kind, int step) {
    auto& vfs = FailingVfs::instance();
    const store::testing::TempDir dir;
    std::int64_t now_us = 1'700'000'000'000'000;
    {
        Server server(dir.file(), now_us);
        const auto made = server->write_and_wait("acme", [](store::Transaction& tx) -> Result<int> {
            tx.ensure(store::testing::kCustomer);
            if (auto policy = run(tx, store::testing::kAdmin, CreatePolicy{"gold", an_hour()}); !policy)
                return fail(std::move(policy.error()));
            for (int i = 0; i < kTickets; ++i) create(tx, "T" + std::to_string(i));
            return 0;
        });
        EXPECT_TRUE(made.has_value());
    }
    now_us += 61 * kMinuteUs;
    bool unharmed = true;
    {
        Server server(dir.file(), now_us);
        vfs.*kind = step;
        for (int i = 0; i < kTickets; ++i) unharmed = server.fire("T" + std::to_string(i)) && unharmed;
        server->stop();
        vfs.heal();
    }
    for (int restart = 0; restart < 2; ++restart) {
        Server server(dir.file(), now_us);
        EXPECT_TRUE(server);
        const auto due = server.due().due;
        for (const DueTicket& ticket : due) EXPECT_TRUE(server.fire(ticket.ticket));
        EXPECT_TRUE(server.due().due.empty());
        auto names = events(server);
        std::ranges::sort(names);
        EXPECT_EQ(names, (std::vector<std::string>{"T0ticket:sla:breached", "T1ticket:sla:breached", "T2ticket:sla:breached"}))
            << "step " << step << ", restart " << restart;
        EXPECT_EQ(server.told(), static_cast<int>(due.size()));
    }
    return unharmed;
}

class SlaSqliteCrash : public ::testing::TestWithParam<std::atomic<int> FailingVfs::*> {};

TEST_P(SlaSqliteCrash, AtAnyStepOfAFiringTellsOfItOnce) {
    int step = 0;
    while (step < 500 && !survives(GetParam(), step)) ++step;
    EXPECT_GT(step, 2) << "something was made to fail";
    EXPECT_LT(step, 500);
}

INSTANTIATE_TEST_SUITE_P(Writing, SlaSqliteCrash, ::testing::Values(&FailingVfs::writes_left, &FailingVfs::syncs_left));

}  // namespace
}  // namespace desk::sla
