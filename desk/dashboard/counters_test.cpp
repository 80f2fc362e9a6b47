#include "desk/dashboard/counters.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "desk/dashboard/audit.hpp"
#include "desk/dashboard/facts.hpp"
#include "desk/store/janitor.hpp"
#include "desk/store/testing/command_test.hpp"

namespace desk::dashboard {
namespace {

using store::Snapshot;
using store::Transaction;
using store::testing::kAdmin;
using store::testing::kCustomer;
using store::testing::TempStore;

store::StoreOptions counting() {
    store::StoreOptions options;
    options.reactions = {count};
    options.sqlite.durable = false;
    return options;
}

/// As far as anybody looks at it here.
EventRow told(std::string name, std::string payload) {
    EventRow row;
    row.name = std::move(name);
    row.subject_kind = SubjectKind::Ticket;
    row.subject = "T";
    row.payload = std::move(payload);
    return row;
}
std::string quoted(TicketStatus status) { return '"' + std::string(to_string(status)) + '"'; }

/// Writes tickets as commands do, without their rules.
class TicketDesk {
public:
    TicketDesk() : store_(counting()) {
        write([](Transaction& tx) {
            for (const char* id : {"carla", "ann", "bob"}) tx.ensure(store::testing::person(id, Role::Agent));
        });
    }

    template <class Work>
    bool write(Work work) {
        return store_
            ->write_and_wait("acme",
                             [&](Transaction& tx) -> Result<bool> {
                                 written_us_ = tx.now_us();
                                 using Done = std::invoke_result_t<Work&, Transaction&>;
                                 if constexpr (std::is_same_v<Done, bool>) {
                                     if (!work(tx)) return fail(ErrorCode::Conflict);
                                 } else {
                                     work(tx);
                                 }
                                 return true;
                             })
            .has_value();
    }
    template <class Ask>
    auto read(Ask ask) {
        using T = std::invoke_result_t<Ask&, const Snapshot&>;
        return store_->read_and_wait("acme", [&ask](const Snapshot& snapshot) -> Result<T> { return ask(snapshot); }).value();
    }

    void create(const std::string& id, TicketStatus status, Priority priority, const std::optional<std::string>& assignee,
                bool keep = true) {
        write([&](Transaction& tx) {
            Ticket ticket;
            ticket.id = id;
            ticket.org = tx.org();
            ticket.number = tx.next_ticket_number();
            ticket.status = status;
            ticket.priority = priority;
            ticket.requester = *tx.users().find_ref("carla");
            if (assignee) ticket.assignee = tx.users().find_ref(*assignee);
            ticket.created_at_us = ticket.updated_at_us = tx.now_us();
            tx.tickets().insert(ticket);
            tx.append(told("ticket:created", R"({"status":)" + quoted(status) + "}"));
            tx.raise(TicketCreated{ticket, kAdmin});
            return keep;
        });
    }
    void change(const std::string& id, TicketStatus status, Priority priority, const std::optional<std::string>& assignee,
                bool keep = true) {
        write([&](Transaction& tx) {
            const Ticket before = *tx.tickets().find(id);
            Ticket after = before;
            after.set_status(status, tx.now_us());
            after.priority = priority;
            after.assignee = assignee ? tx.users().find_ref(*assignee) : std::nullopt;
            tx.tickets().update(after);
            if (before.status != status) {
                tx.append(told("ticket:status", R"({"status":)" + quoted(status) + R"(,"previousStatus":)" + quoted(before.status) + "}"));
            }
            tx.raise(TicketChanged{before, after, kAdmin});
            return keep;
        });
    }
    TicketCounts kept() {
        return read([](const Snapshot& snapshot) { return Counters(snapshot.session(), snapshot.org()).read(); });
    }
    TicketCounts found() {
        return read([](const Snapshot& snapshot) { return Counters(snapshot.session(), snapshot.org()).recount(); });
    }
    /// Activity is of today, from `held_us` on.
    Audit audit(std::int64_t held_us = 0) {
        return read([held_us](const Snapshot& snapshot) { return dashboard::audit(snapshot, held_us); });
    }
    TicketFacts facts() {
        return read([](const Snapshot& snapshot) { return read_facts(snapshot, {Metric::Tickets}).tickets; });
    }

    TempStore store_;
    std::int64_t written_us_ = 0;  // when the last command ran
};

TEST(DashboardCounters, CountWhatIsThere) {
    TicketDesk desk;
    desk.create("a", TicketStatus::New, Priority::High, std::nullopt);
    desk.create("b", TicketStatus::Open, Priority::High, "ann");
    desk.create("c", TicketStatus::Closed, Priority::Low, "ann");
    const TicketCounts counts = desk.kept();
    EXPECT_EQ(counts.tickets, (std::map<TicketKind, std::int64_t>{{{TicketStatus::New, Priority::High, false}, 1},
                                                                  {{TicketStatus::Open, Priority::High, true}, 1},
                                                                  {{TicketStatus::Closed, Priority::Low, false}, 1}}));
    EXPECT_EQ(counts.open_of, (std::map<std::string, std::int64_t>{{"ann", 1}}));
    EXPECT_EQ(counts, desk.found());
    const TicketFacts facts = desk.facts();
    EXPECT_EQ(facts.by_status, (std::array<std::int64_t, 6>{1, 1, 0, 0, 0, 1}));
    EXPECT_EQ(facts.by_priority, (std::array<std::int64_t, 4>{0, 0, 2, 0}));
    EXPECT_EQ(facts.open, 2);
    EXPECT_EQ(facts.unassigned, 1);
    EXPECT_EQ(facts.created_today, 3);
    EXPECT_EQ(facts.resolved_today, 1);
}

TEST(DashboardCounters, AreOfOneOrg) {
    TicketDesk desk;
    desk.create("a", TicketStatus::Open, Priority::Low, "ann");
    const auto elsewhere = desk.store_->read_and_wait(
        "other", [](const Snapshot& snapshot) -> Result<TicketCounts> { return Counters(snapshot.session(), snapshot.org()).read(); });
    EXPECT_EQ(elsewhere.value(), TicketCounts{});
}

TEST(DashboardCounters, OfACommandThatIsUndoneAreUndoneWithIt) {
    TicketDesk desk;
    desk.create("a", TicketStatus::Open, Priority::Low, "ann");
    const TicketCounts before = desk.kept();
    desk.change("a", TicketStatus::Resolved, Priority::Low, std::nullopt, false);
    desk.create("b", TicketStatus::New, Priority::Low, std::nullopt, false);
    EXPECT_EQ(desk.kept(), before);
    EXPECT_EQ(desk.facts().created_today, 1);
}

TEST(DashboardCounters, AreBuiltAgainFromTheTickets) {
    TicketDesk desk;
    desk.create("a", TicketStatus::Open, Priority::Low, "ann");
    desk.write([](Transaction& tx) {
        Counters counters(tx.session(), tx.org());
        counters.add({TicketStatus::Pending, Priority::High, true}, 7);
        counters.add_open_of("ann", 3);
        counters.add_open_of("nobody", 1);
    });
    EXPECT_NE(desk.kept(), desk.found());
    desk.write([](Transaction& tx) { Counters(tx.session(), tx.org()).rebuild(); });
    EXPECT_EQ(desk.kept(), desk.found());
    EXPECT_EQ(desk.kept().open_of, (std::map<std::string, std::int64_t>{{"ann", 1}}));
}

TEST(DashboardCounters, ActivityIsForgottenAfterSomeDays) {
    TicketDesk desk;
    desk.create("a", TicketStatus::Open, Priority::Low, "ann");
    desk.store_.move_clock(std::chrono::days(2));
    desk.create("b", TicketStatus::Open, Priority::Low, "ann");
    const auto all = [&] {
        return desk.read([](const Snapshot& snapshot) { return ActivityCounters(snapshot.session(), snapshot.org()).since(0).created; });
    };
    EXPECT_EQ(all(), 2);
    EXPECT_EQ(desk.facts().created_today, 1);
    desk.store_.move_clock(std::chrono::days(2));
    desk.create("c", TicketStatus::Open, Priority::Low, "ann");
    EXPECT_EQ(all(), 2);
}

TEST(DashboardCounters, ActivityIsHeldAgainstTheLogAndCountedAgain) {
    TicketDesk desk;
    desk.create("a", TicketStatus::Closed, Priority::Low, "ann");
    desk.change("a", TicketStatus::Open, Priority::Low, "ann");
    desk.change("a", TicketStatus::Pending, Priority::Low, "ann");
    desk.change("a", TicketStatus::Resolved, Priority::Low, "ann");
    EXPECT_TRUE(desk.audit().passed());
    EXPECT_EQ(total(desk.audit().found.activity), 4);
    desk.write([](Transaction& tx) { ActivityCounters(tx.session(), tx.org()).add({3, 0, 1}, tx.logged_us()); });
    EXPECT_FALSE(desk.audit().passed());
    desk.write([](Transaction& tx) { rebuild(tx, 0); });
    EXPECT_TRUE(desk.audit().passed());
    EXPECT_EQ(desk.facts().created_today, 1);
    EXPECT_EQ(desk.facts().resolved_today, 2);
    EXPECT_EQ(desk.facts().reopened_today, 1);
}

TEST(DashboardCounters, WhatWasHeldAgainstTheLogIsNotReadAgain) {
    TicketDesk desk;
    // The test's clock begins at 22:13 UTC.
    desk.create("a", TicketStatus::Open, Priority::Low, "ann");
    desk.write([](Transaction& tx) { ActivityCounters(tx.session(), tx.org()).add({3, 0, 1}, tx.logged_us()); });
    desk.store_.move_clock(std::chrono::minutes(20));
    desk.create("b", TicketStatus::Open, Priority::Low, "ann");
    EXPECT_FALSE(desk.audit().passed());
    EXPECT_TRUE(desk.audit(desk.written_us_).passed());
    EXPECT_EQ(total(desk.audit(desk.written_us_).found.activity), 1);
}

TEST(DashboardCounters, WhatTheLogHasForgottenIsNotHeldAgainstIt) {
    TicketDesk desk;
    desk.create("a", TicketStatus::Open, Priority::Low, "ann");
    desk.store_.move_clock(std::chrono::minutes(20));
    desk.create("b", TicketStatus::Open, Priority::Low, "ann");
    const std::int64_t second_us = desk.written_us_;
    desk.write([&](Transaction& tx) { store::prune_log(tx, second_us, 100); });
    EXPECT_TRUE(desk.audit().passed());
    EXPECT_TRUE(desk.audit().kept.activity.empty());
    desk.store_.move_clock(std::chrono::minutes(20));
    desk.write([](Transaction& tx) { store::prune_log(tx, tx.now_us(), 100); });
    desk.create("c", TicketStatus::Open, Priority::Low, "ann");
    desk.store_.move_clock(std::chrono::minutes(20));
    desk.create("d", TicketStatus::Open, Priority::Low, "ann");
    EXPECT_TRUE(desk.audit().passed());
    EXPECT_EQ(total(desk.audit().found.activity), 1);
    EXPECT_EQ(desk.facts().created_today, 4);
}

TEST(DashboardCounters, RowsOfTheSameCommitCountWhenActivityIsCountedAgain) {
    TicketDesk desk;
    desk.write([](Transaction& tx) {
        tx.append(told("ticket:created", R"({"status":"resolved"})"));
        tx.append(told("ticket:message", R"({"status":"resolved"})"));
        rebuild(tx, 0);
    });
    EXPECT_TRUE(desk.audit().passed());
    EXPECT_EQ(total(desk.audit().kept.activity), 2);
}

TEST(DashboardCounters, BacklogIsWhatIsOpenForMoreThanADay) {
    TicketDesk desk;
    desk.create("a", TicketStatus::Open, Priority::Low, "ann");
    desk.create("b", TicketStatus::Open, Priority::Low, "ann");
    desk.store_.move_clock(std::chrono::hours(23));
    desk.create("c", TicketStatus::Open, Priority::Low, "ann");
    EXPECT_EQ(desk.facts().backlog, 0);
    desk.store_.move_clock(std::chrono::hours(2));
    EXPECT_EQ(desk.facts().backlog, 2);
    desk.change("a", TicketStatus::Closed, Priority::Low, "ann");
    EXPECT_EQ(desk.facts().backlog, 1);
    desk.store_.move_clock(std::chrono::hours(47));
    EXPECT_EQ(desk.facts().backlog, 2);
    const auto ticket = desk.read([](const Snapshot& snapshot) { return *snapshot.tickets().find("b"); });
    EXPECT_EQ(desk.facts().oldest_open_us, ticket.created_at_us);
}

/// What the metrics must be, in the most obvious way.
struct Reference {
    struct Known {
        TicketStatus status;
        Priority priority;
        std::optional<std::string> assignee;
        std::int64_t created_us;
    };
    std::map<std::string, Known> tickets;
    std::vector<std::pair<std::int64_t, char>> moves;  // when, and created, resolved or opened again

    TicketFacts facts(std::int64_t now_us) const {
        constexpr std::int64_t kDay = std::chrono::microseconds(std::chrono::days(1)).count();
        TicketFacts out;
        for (const auto& [id, ticket] : tickets) {
            ++out.by_status[static_cast<std::size_t>(ticket.status)];
            if (is_done(ticket.status)) continue;
            ++out.by_priority[static_cast<std::size_t>(ticket.priority)];
            ++out.open;
            if (!ticket.assignee) ++out.unassigned;
            if (ticket.created_us <= now_us - kDay) ++out.backlog;
            out.oldest_open_us = std::min(out.oldest_open_us.value_or(ticket.created_us), ticket.created_us);
        }
        for (const auto& [at_us, what] : moves) {
            if (at_us / kDay != now_us / kDay) continue;
            if (what == 'c') ++out.created_today;
            if (what == 'r') ++out.resolved_today;
            if (what == 'o') ++out.reopened_today;
        }
        return out;
    }
};

struct Step {
    int ticket;
    TicketStatus status;
    Priority priority;
    int assignee;  // 2: nobody
    bool keep;
    int hours;  // that pass before
};

rc::Gen<Step> steps() {
    using rc::gen::inRange;
    return rc::gen::map(rc::gen::tuple(inRange(0, 8), inRange(0, 6), inRange(0, 4), inRange(0, 3), inRange(0, 8), inRange(0, 40)),
                        [](const auto& t) {
                            const auto& [ticket, status, priority, assignee, keep, hours] = t;
                            return Step{ticket,   static_cast<TicketStatus>(status), static_cast<Priority>(priority), assignee,
                                        keep > 0, hours < 30 ? 0 : hours - 29};
                        });
}

RC_GTEST_PROP(DashboardCounters, AreWhatACountOfAllTicketsGives, ()) {
    const std::array<std::optional<std::string>, 3> people{"ann", "bob", std::nullopt};
    const auto story = *rc::gen::container<std::vector<Step>>(steps());
    TicketDesk desk;
    Reference reference;
    for (const Step& step : story) {
        if (step.hours > 0) desk.store_.move_clock(std::chrono::hours(step.hours));
        const std::string id = "t" + std::to_string(step.ticket);
        const auto& assignee = people[static_cast<std::size_t>(step.assignee)];
        const auto known = reference.tickets.find(id);
        if (known == reference.tickets.end())
            desk.create(id, step.status, step.priority, assignee, step.keep);
        else
            desk.change(id, step.status, step.priority, assignee, step.keep);
        if (!step.keep) continue;
        const std::int64_t now_us = desk.written_us_;
        const bool was_done = known != reference.tickets.end() && is_done(known->second.status);
        const bool done = is_done(step.status);
        if (known == reference.tickets.end()) reference.moves.emplace_back(now_us, 'c');
        if (done && !was_done) reference.moves.emplace_back(now_us, 'r');
        if (!done && was_done) reference.moves.emplace_back(now_us, 'o');
        const std::int64_t created_us = known == reference.tickets.end() ? now_us : known->second.created_us;
        reference.tickets.insert_or_assign(id, Reference::Known{step.status, step.priority, assignee, created_us});
    }
    RC_ASSERT(desk.audit().passed());
    const auto [facts, now_us] =
        desk.read([](const Snapshot& snapshot) { return std::pair(read_facts(snapshot, {Metric::Tickets}).tickets, snapshot.now_us()); });
    RC_ASSERT(facts == reference.facts(now_us));
}

}  // namespace
}  // namespace desk::dashboard
