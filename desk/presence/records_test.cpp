#include "desk/presence/records.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "desk/presence/commands.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::presence {
namespace {

using enum PresenceStatus;
using store::Transaction;
using store::testing::CommandTest;
using store::testing::kAdmin;
using store::testing::kAgent;
using store::testing::kCustomer;
using store::testing::kOther;

class PresenceRecords : public CommandTest {
protected:
    template <class Work>
    void keep(Work work) {
        write([&work](Transaction& tx) {
            Records records(tx.session(), tx.org());
            work(records);
        });
    }
    std::int64_t set(const std::string& user, const Chosen& chosen) {
        std::int64_t at_ms = 0;
        keep([&](Records& records) { at_ms = records.set_manual(user, chosen); });
        return at_ms;
    }
    std::vector<Record> all(std::vector<Record> (*ask)(store::sql::Session&)) {
        return read([ask](const store::Snapshot& s) { return ask(s.session()); });
    }
    std::optional<Record> of(const std::string& user) {
        for (const Record& each : all(remembered)) {
            if (each.org == "acme" && each.user == user) return each;
        }
        return std::nullopt;
    }
    void ticket(std::string id, TicketStatus status, const std::optional<UserRef>& assignee, std::vector<std::string> participants = {}) {
        write([&](Transaction& tx) {
            Ticket ticket;
            ticket.id = std::move(id);
            ticket.org = tx.org();
            ticket.number = tx.next_ticket_number();
            ticket.status = status;
            ticket.requester = kCustomer.ref();
            ticket.assignee = assignee;
            ticket.participants = std::move(participants);
            ticket.created_at_us = ticket.updated_at_us = tx.now_us();
            tx.tickets().insert(ticket);
        });
    }
    std::vector<std::string> found(const Actor& actor, const std::vector<std::string>& users) {
        std::vector<std::string> names;
        const auto asked = store_->read_and_wait("acme",
                                                 [&](const store::Snapshot& s) { return presence::run(s, actor, FindPeople{users}); });
        for (const Asked& each : asked.value()) names.push_back(each.user + (each.known ? "" : "?"));
        return names;
    }
};

TEST_F(PresenceRecords, WhatIsSetCountsAsLaterThanWhateverWasSetBefore) {
    EXPECT_EQ(set("alex", {Busy, 1000}), 1000);
    EXPECT_EQ(set("alex", {Away, 500}), 1001) << "another server's clock is behind";
    EXPECT_EQ(set("alex", {Away, 5000}), 5000);
    const auto kept = of("alex").value().kept;
    EXPECT_EQ(kept.manual, Away);
    EXPECT_EQ(kept.manual_ms, 5000);
}

TEST_F(PresenceRecords, OnlineTakesBackWhatWasSetAndThatIsKnownToo) {
    set("alex", {Busy, 1000});
    set("alex", {Online, 2000});
    EXPECT_EQ(of("alex"), std::nullopt);
    const auto known = all(chosen);
    ASSERT_EQ(known.size(), 1U);
    EXPECT_EQ(known[0].kept.manual, std::nullopt);
    EXPECT_EQ(known[0].kept.manual_ms, 2000);
}

TEST_F(PresenceRecords, WhatHasLapsedIsForgottenUnlessSomethingWasSetSince) {
    set("alex", {Busy, 2000});
    keep([](Records& records) { records.forget_manual("alex", 1999); });
    EXPECT_EQ(of("alex").value().kept.manual, Busy);
    keep([](Records& records) { records.forget_manual("alex", 2000); });
    EXPECT_EQ(of("alex"), std::nullopt);
}

TEST_F(PresenceRecords, TimesNeverGoBack) {
    keep([](Records& records) {
        records.mark("alex", {.alive_ms = 5000, .seen_ms = 4000}, Here::Yes);
        records.mark("alex", {.alive_ms = 3000, .seen_ms = 6000}, Here::HandedOver);
    });
    const Record alex = of("alex").value();
    EXPECT_EQ(alex.kept.alive_ms, 5000);
    EXPECT_EQ(alex.kept.seen_ms, 6000);
    EXPECT_EQ(alex.here, Here::HandedOver);
    keep([](Records& records) { records.mark("alex", {}, Here::No); });
    EXPECT_EQ(of("alex"), std::nullopt);
    EXPECT_EQ(read([](const store::Snapshot& s) { return Records(s.session(), s.org()).last_seen_ms("alex"); }), 6000);
    EXPECT_EQ(read([](const store::Snapshot& s) { return Records(s.session(), s.org()).last_seen_ms("nobody"); }), 0);
}

TEST_F(PresenceRecords, ManyAreWrittenAtOnceAndOneOrgsAreNoOthers) {
    write([](Transaction& tx) {
        save_all(tx, {{.org = "acme", .user = "alex", .kept = {.alive_ms = 1, .seen_ms = 1}, .here = Here::Yes},
                      {.org = "acme", .user = "bo", .kept = {.alive_ms = 2, .seen_ms = 2}, .here = Here::Yes}});
    });
    EXPECT_EQ(all(remembered).size(), 2U);
    const auto elsewhere = store_->read_and_wait(
        "globex", [](const store::Snapshot& s) -> Result<std::int64_t> { return Records(s.session(), s.org()).last_seen_ms("alex"); });
    EXPECT_EQ(elsewhere.value(), 0);
}

TEST_F(PresenceRecords, StaffMaySetTheirsAndCustomersHaveNone) {
    EXPECT_EQ(run(kCustomer, SetStatus{Busy, 1000}).error().code, ErrorCode::Forbidden);
    const auto written = run(kAgent, SetStatus{Busy, 1000});
    ASSERT_TRUE(written.has_value());
    EXPECT_EQ(written->at_ms, 1000);
    EXPECT_EQ(of("alex").value().kept.manual, Busy);
}

TEST_F(PresenceRecords, ACustomerMayWatchTheAgentsOfWhatTheyHaveOpen) {
    EXPECT_EQ(found(kCustomer, {"alex", "bo", "dora"}), std::vector<std::string>());
    ticket("T1", TicketStatus::Open, kAgent.ref());
    ticket("T2", TicketStatus::Pending, std::nullopt, {"bo"});
    ticket("T3", TicketStatus::Resolved, kAdmin.ref(), {"dora"});
    EXPECT_EQ(found(kCustomer, {"alex", "bo", "dora", "carla"}), (std::vector<std::string>{"alex", "bo"}));
    write([](Transaction& tx) {
        Conversation chat;
        chat.id = "C1";
        chat.org = tx.org();
        chat.status = ConversationStatus::Active;
        chat.customer = kCustomer.ref();
        chat.agents = {kAdmin.ref()};
        chat.created_at_us = tx.now_us();
        tx.conversations().insert(chat, tx.now_us());
        tx.conversations().update(chat);
    });
    EXPECT_EQ(found(kCustomer, {"dora"}), std::vector<std::string>{"dora"});
    write([](Transaction& tx) {
        Conversation chat = tx.conversations().find("C1").value();
        chat.status = ConversationStatus::Ended;
        tx.conversations().update(chat);
    });
    EXPECT_EQ(found(kCustomer, {"dora"}), std::vector<std::string>());
}

TEST_F(PresenceRecords, StaffMayWatchAnybodyWhoIsOrMayCome) {
    EXPECT_EQ(found(kOther, {"alex", "carla", "later"}), (std::vector<std::string>{"alex", "carla?", "later?"}));
}

}  // namespace
}  // namespace desk::presence
