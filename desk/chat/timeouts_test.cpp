#include "desk/chat/timeouts.hpp"

#include <algorithm>
#include <optional>

#include "desk/session/testing/desk_fixture.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::chat {
namespace {

using namespace std::chrono_literals;
using store::testing::kCustomer;
using store::testing::TempStore;

/// The store's clock goes on a second with everything it is asked, so with each look.
class ChatTimeoutsTest : public testing::DeskTest {
protected:
    void begin(ChatTimes times) {
        start();
        timeouts_.emplace(io(), *store_, times, log_);
        std::promise<void> begun;
        io().loops().at(0).post([&] {
            timeouts_->begin();
            begun.set_value();
        });
        begun.get_future().wait();
    }
    void TearDown() override {
        store_->stop();
        DeskTest::TearDown();
    }
    template <class Work>
    auto write(const std::string& org, Work work) {
        return store_->write_and_wait(org, std::move(work));
    }
    std::string open(const std::string& org = "acme") {
        Actor customer = kCustomer;
        customer.org = org;
        return write(org, [&](store::Transaction& tx) { return run(tx, customer, CreateConversation{}); })->conversation.id;
    }
    void note(const std::string& id, bool here, const std::string& org = "acme") {
        ASSERT_TRUE(write(org, [&](store::Transaction& tx) -> Result<int> {
                        note_customer(tx, id, here);
                        return 0;
                    }).has_value());
    }
    /// The chats that have ended so far, once they are `count`, as `org:reason`, in the alphabet's order.
    std::vector<std::string> ended(std::size_t count) {
        const auto late = std::chrono::steady_clock::now() + 30s;
        while (ended_.size() < count && std::chrono::steady_clock::now() < late) {
            skip(1002ms);
            // What a look leads to is done before the next.
            (void)write("acme", [](store::Transaction&) -> Result<int> { return 0; });
            collect();
        }
        std::ranges::sort(ended_);
        return ended_;
    }
    void collect() {
        for (const EventRow& row : store_.take_rows()) {
            if (row.name != "chat:ended") continue;
            const auto at = row.payload.find(R"("reason":")") + 10;
            ended_.push_back(row.org + ":" + row.payload.substr(at, row.payload.find('"', at) - at));
        }
    }

    TempStore store_;
    sio::NullLog log_;
    std::vector<std::string> ended_;
    std::optional<ChatTimeouts> timeouts_;
};

TEST_F(ChatTimeoutsTest, EndsChatsOfAllOrgsWhoseCustomerIsGone) {
    const auto ours = open();
    const auto theirs = open("rival");
    const auto still = open();
    begin({.customer_timeout = 5s, .inactivity = 100h});
    note(ours, true);
    note(theirs, true, "rival");
    note(still, true);
    note(ours, false);
    note(theirs, false, "rival");
    EXPECT_EQ(ended(2), (std::vector<std::string>{"acme:customer_timeout", "rival:customer_timeout"}));
    for (int i = 0; i < 10; ++i) skip(1002ms);
    collect();
    EXPECT_EQ(ended_.size(), 2U) << "once each, and not who is there";
}

TEST_F(ChatTimeoutsTest, WhoWasThereWhenTheServerEndedIsGoneUntilTheyComeBack) {
    const auto gone = open();
    const auto back = open();
    note(gone, true);
    note(back, true);
    begin({.customer_timeout = 20s, .inactivity = 100h});
    note(back, true);
    EXPECT_EQ(ended(1), std::vector<std::string>{"acme:customer_timeout"});
    const auto conversation = store_->read_and_wait(
        "acme", [&](const store::Snapshot& s) -> Result<Conversation> { return *s.conversations().find(gone); });
    EXPECT_EQ(conversation->status, ConversationStatus::Ended);
}

TEST_F(ChatTimeoutsTest, EndsMoreChatsThanItTakesAtOnce) {
    for (int i = 0; i < 250; ++i) open();
    begin({.customer_timeout = 100h, .inactivity = 1s});
    const auto all = ended(250);
    EXPECT_EQ(all.size(), 250U);
    EXPECT_EQ(std::ranges::count(all, "acme:inactivity"), 250);
}

}  // namespace
}  // namespace desk::chat
