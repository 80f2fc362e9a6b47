#include "desk/presence/roster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>

#include "desk/presence/testing/lease_book.hpp"

namespace desk::presence {
namespace {

using enum PresenceStatus;
using ::testing::ElementsAre;

constexpr std::int64_t kLapse = 60'000;
constexpr std::int64_t kLease = 15;

/// One server: its roster, and what it tells the watchers of its own.
class Host final : public Roster::Keeper {
public:
    explicit Host(LeaseBook& book, std::int64_t now = 0) : registry_(book, roster, kLease, now) { roster.join(registry_); }

    Roster roster{*this, kLapse};
    std::vector<std::pair<std::string, PresenceStatus>> told;
    std::map<std::string, Waiting> waiting;

    void changed(Roster::Entry& who) override { told.emplace_back(who.first, who.second.person.status()); }
    void waits(Roster::Entry& who) override { waiting[who.first] = who.second.person.waiting(); }
    void moved(Roster::Entry&) override {}
    std::vector<PresenceStatus> statuses() const {
        std::vector<PresenceStatus> all;
        for (const auto& each : told) all.push_back(each.second);
        return all;
    }

private:
    LeaseRegistry registry_;
};

const std::string kAnn = "acme:ann";

TEST(Roster, TellsChangesOnly) {
    LeaseBook book;
    Host host(book);
    host.roster.came(kAnn, 1);
    host.roster.came(kAnn, 2);
    host.roster.choose(kAnn, {Busy, 3}, 1, 3);
    host.roster.choose(kAnn, {Busy, 4}, 1, 4);
    host.roster.went(kAnn, 1, Cause::Reported, 5);
    host.roster.went(kAnn, 2, Cause::Reported, 6);
    EXPECT_THAT(host.statuses(), ElementsAre(Online, Busy));
    host.roster.grace_over(kAnn, 7);
    EXPECT_THAT(host.statuses(), ElementsAre(Online, Busy, Offline));
}

TEST(Roster, ChoosingOnAnIdleConnectionIsOneChange) {
    LeaseBook book;
    Host host(book);
    host.roster.came(kAnn, 1);
    host.roster.idle(kAnn, 7, true, 2);
    host.roster.choose(kAnn, {Busy, 3}, 7, 3);
    host.roster.idle(kAnn, 7, true, 4);
    host.roster.choose(kAnn, {Online, 5}, 7, 5);
    EXPECT_THAT(host.statuses(), ElementsAre(Online, Away, Busy, Online));
}

TEST(Roster, KnowsPeopleOfOtherServersAndLosesThemOnce) {
    LeaseBook book;
    Host one(book);
    auto two = std::make_unique<Host>(book);
    two->roster.came(kAnn, 1);
    EXPECT_THAT(one.statuses(), ElementsAre(Online));
    // The other server is gone; this one sees its lease end.
    for (std::int64_t now = 5; now <= 20; now += 5) one.roster.tick(now, now);
    EXPECT_EQ(one.waiting[kAnn], Waiting::Grace);
    one.roster.grace_over(kAnn, 30);
    one.roster.tick(35, 35);
    EXPECT_THAT(one.statuses(), ElementsAre(Online, Offline));
}

TEST(Roster, ADeviceOnAnotherServerKeepsThemThere) {
    LeaseBook book;
    Host one(book);
    Host two(book);
    one.roster.came(kAnn, 1);
    two.roster.came(kAnn, 2);
    for (std::int64_t now = 5; now <= 40; now += 5) one.roster.tick(now, now);
    EXPECT_EQ(one.waiting.count(kAnn), 0U);
    EXPECT_THAT(one.statuses(), ElementsAre(Online));
}

TEST(Roster, AFrozenServerRegistersAllAnew) {
    LeaseBook book;
    Host one(book);
    Host two(book);
    one.roster.came(kAnn, 1);
    for (std::int64_t now = 5; now <= 40; now += 5) two.roster.tick(now, now);
    EXPECT_EQ(two.waiting[kAnn], Waiting::Grace);
    one.roster.tick(41, 41);
    EXPECT_EQ(two.waiting[kAnn], Waiting::No);
    EXPECT_THAT(two.statuses(), ElementsAre(Online));
    EXPECT_THAT(one.statuses(), ElementsAre(Online));
}

TEST(Roster, AloneAFreezeIsNoEvent) {
    LeaseBook book;
    Host one(book);
    one.roster.came(kAnn, 1);
    one.roster.tick(1000, 1000);
    one.roster.went(kAnn, 1, Cause::Reported, 1001);
    EXPECT_EQ(one.waiting[kAnn], Waiting::Grace);
    EXPECT_THAT(one.statuses(), ElementsAre(Online));
}

TEST(Roster, WhoWasWithTheProcessBeforeIsAwaited) {
    LeaseBook book;
    Host host(book, 100);
    host.roster.load(kAnn, {.manual = Busy, .manual_ms = 50, .alive_ms = 90, .seen_ms = 90});
    host.roster.load("acme:bob", {.manual = {}, .manual_ms = 0, .alive_ms = 80, .seen_ms = 80});
    const auto before = book.take(110, nullptr);
    book.hand_over(before, kAnn);
    book.hand_over(before, "acme:bob");
    host.told.clear();
    host.roster.came(kAnn, 105);
    EXPECT_TRUE(host.told.empty());
    host.roster.tick(112, 112);
    EXPECT_EQ(host.waiting["acme:bob"], Waiting::Grace);
    host.roster.grace_over("acme:bob", 115);
    EXPECT_THAT(host.told, ElementsAre(std::pair<std::string, PresenceStatus>("acme:bob", Offline)));
    EXPECT_EQ(host.roster.find("acme:bob")->person.last_seen(120), 80);
    EXPECT_EQ(host.roster.find(kAnn)->person.status(), Busy);
}

TEST(Roster, ForgetsWhoIsGone) {
    LeaseBook book;
    Host host(book);
    host.roster.came(kAnn, 1);
    host.roster.forget(kAnn);
    EXPECT_EQ(host.roster.size(), 1U);
    host.roster.went(kAnn, 1, Cause::OnPurpose, 2);
    host.roster.grace_over(kAnn, 3);
    host.roster.forget(kAnn);
    EXPECT_EQ(host.roster.size(), 0U);
}

// What happens, as the property below makes it up.
struct Step {
    enum Kind : std::uint8_t { Come, Drop, LeaveOnPurpose, Idle, Active, Choose, GraceOver, Die, Kinds } kind;
    unsigned person;
    unsigned server;
    unsigned pick;
};

/// The obvious model: everything that ever happened to one person, read through from the start for every question.
class History {
public:
    void add(const Step& step, ConnectionId connection) { steps_.push_back({step, connection}); }

    struct Open {
        ConnectionId id;
        unsigned server;
        bool idle;
    };
    std::vector<Open> open() const { return read().open; }

    PresenceStatus status() const {
        const State state = read();
        if (state.open.empty() && !state.grace) return Offline;
        if (state.manual) return *state.manual;
        return state.all_idle ? Away : Online;
    }

private:
    struct State {
        std::vector<Open> open;
        std::optional<PresenceStatus> manual;
        bool grace = false;
        bool all_idle = false;
    };
    State read() const {
        State state;
        for (const auto& [step, connection] : steps_) {
            const bool had = !state.open.empty();
            switch (step.kind) {
                case Step::Come: state.open.push_back({connection, step.server, false}); break;
                case Step::Drop:
                case Step::LeaveOnPurpose: std::erase_if(state.open, [&](const Open& each) { return each.id == connection; }); break;
                case Step::Die: std::erase_if(state.open, [&](const Open& each) { return each.server == step.server; }); break;
                case Step::Idle:
                case Step::Active: mark(state, connection, step.kind == Step::Idle); break;
                case Step::Choose:
                    mark(state, connection, false);
                    state.manual = static_cast<PresenceStatus>(step.pick % 4);
                    if (*state.manual == Online) state.manual.reset();
                    break;
                case Step::GraceOver: state.grace = false; break;
                case Step::Kinds: break;
            }
            if (!state.open.empty()) {
                state.grace = false;
                state.all_idle = std::ranges::all_of(state.open, &Open::idle);
            } else if (had) {
                state.grace = true;
            }
        }
        return state;
    }
    static void mark(State& state, ConnectionId connection, bool idle) {
        for (Open& each : state.open) {
            if (each.id == connection) each.idle = idle;
        }
    }
    std::vector<std::pair<Step, ConnectionId>> steps_;
};

RC_GTEST_PROP(RosterProperty, AnyInterleavingShowsWatchersExactlyTheChangesOfTheStatus, ()) {
    constexpr unsigned kServers = 3;
    const std::array<std::string, 3> names{"acme:ann", "acme:bob", "umbrella:ann"};
    LeaseBook book;
    std::vector<std::unique_ptr<Host>> hosts;
    for (unsigned i = 0; i < kServers; ++i) hosts.push_back(std::make_unique<Host>(book));
    std::map<std::string, History> histories;
    std::vector<std::pair<std::string, PresenceStatus>> expected;
    ConnectionId last = 0;
    std::int64_t now = 0;
    unsigned alive = kServers;

    const auto numbers = *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0U, 1U << 20U));
    for (const unsigned number : numbers) {
        Step step{static_cast<Step::Kind>(number % Step::Kinds), (number >> 4U) % 3, (number >> 6U) % kServers, number >> 8U};
        const std::string& name = names[step.person];
        History& history = histories[name];
        const PresenceStatus before = history.status();
        std::map<std::string, PresenceStatus> all_before;
        for (auto& [who, each] : histories) all_before[who] = each.status();
        auto open = history.open();
        ConnectionId connection = 0;
        ++now;
        for (auto& each : hosts) {
            if (each) each->roster.tick(now, now);
        }
        if (step.kind != Step::Come && step.kind != Step::Die && step.kind != Step::GraceOver && !open.empty()) {
            const auto& chosen = open[step.pick / 4 % open.size()];
            connection = chosen.id;
            step.server = chosen.server;
        }
        const bool needs = step.kind == Step::Drop || step.kind == Step::LeaveOnPurpose || step.kind == Step::Idle ||
                           step.kind == Step::Active;
        if (needs && connection == 0) continue;
        if (!hosts[step.server]) continue;
        Host& host = *hosts[step.server];
        if (step.kind == Step::Come) connection = ++last;
        if (step.kind == Step::Die) {
            // The watchers of the survivors are those who are asked.
            if (alive == 1 || step.server == 0) continue;
            --alive;
            for (auto& [who, each] : histories) each.add(step, 0);
            hosts[step.server].reset();
        } else {
            history.add(step, connection);
        }
        switch (step.kind) {
            case Step::Come: host.roster.came(name, now); break;
            case Step::Drop: host.roster.went(name, connection, Cause::Reported, now); break;
            case Step::LeaveOnPurpose: host.roster.went(name, connection, Cause::OnPurpose, now); break;
            case Step::Idle: host.roster.idle(name, connection, true, now); break;
            case Step::Active: host.roster.idle(name, connection, false, now); break;
            case Step::Choose: {
                // The others hear of it by the store; that somebody is not idle any more is known before or after, whichever shows less.
                const auto status = static_cast<PresenceStatus>(step.pick % 4);
                const auto* somebody = host.roster.find(name);
                const bool hidden = somebody != nullptr && somebody->person.manual();
                if (hidden) host.roster.choose(name, {status, now}, connection, now);
                for (auto& each : hosts) {
                    if (each && each.get() != &host) each->roster.choose(name, {status, now}, 0, now);
                }
                if (!hidden) host.roster.choose(name, {status, now}, connection, now);
                break;
            }
            case Step::GraceOver:
                for (auto& each : hosts) {
                    if (each) each->roster.grace_over(name, now);
                }
                break;
            case Step::Die:
                for (unsigned tick = 0; tick < 6; ++tick) {
                    now += kLease / 3;
                    for (auto& each : hosts) {
                        if (each) each->roster.tick(now, now);
                    }
                }
                break;
            case Step::Kinds: break;
        }
        if (step.kind == Step::Die) {
            // In no order among several people.
            const auto from = static_cast<std::ptrdiff_t>(expected.size());
            for (auto& [who, each] : histories) {
                if (each.status() != all_before[who]) expected.emplace_back(who, each.status());
            }
            for (const auto& each : hosts) {
                if (each && each->told.size() == expected.size()) std::sort(each->told.begin() + from, each->told.end());
            }
        } else if (history.status() != before) {
            expected.emplace_back(name, history.status());
        }
        RC_ASSERT(hosts[0]->told == expected);
        for (const std::string& each : names) {
            const auto* somebody = hosts[0]->roster.find(each);
            RC_ASSERT((somebody ? somebody->person.status() : Offline) == histories[each].status());
        }
    }
    for (const auto& host : hosts) {
        if (host) RC_ASSERT(host->told == expected);
    }
}

}  // namespace
}  // namespace desk::presence
