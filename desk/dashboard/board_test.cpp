#include "desk/dashboard/board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace desk::dashboard {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

sio::SocketHandle admin(std::uint32_t slot) { return {0, slot, 1}; }

/// A board over a store whose figures are numbers that grow, and a clock that is put forward.
class Office final : public Board::Keeper {
public:
    struct Sent {
        std::vector<std::uint32_t> to;
        Metric metric;
        std::int64_t figure;
        std::int64_t at_ms;
        bool operator==(const Sent&) const = default;
    };

    void read(Board&, MetricSet metrics) override {
        ++readings;
        under_way = Facts{};
        under_way->metrics = metrics;
        under_way->tickets.open = store_open;
        if (store_waiting > 0) under_way->queue.teams.push_back({std::nullopt, store_waiting, 0, 0});
        under_way->now_us = now_ms * 1000 + store_ahead_us;
        under_way->until_us = until_us;
        ready_ms = now_ms + store_takes_ms;
    }
    std::string draw(const Board& drawn_board, Metric metric) override {
        const Facts& facts = drawn_board.facts();
        return std::to_string(metric == Metric::Tickets ? facts.tickets.open : metric == Metric::Queue ? facts.queue.waiting() : drawn);
    }
    void send(std::span<const sio::SocketHandle> watchers, Metric metric, const std::string& json) override {
        std::vector<std::uint32_t> to;
        for (const auto& each : watchers) to.push_back(each.slot);
        sent.push_back({to, metric, std::stoll(json), now_ms});
    }

    void told(const Board&, Metric metric, const std::string& json) override { shared.emplace_back(metric, std::stoll(json)); }
    std::vector<std::pair<Metric, std::int64_t>> shared;

    Board::Time time() const { return Board::Time(std::chrono::milliseconds(now_ms)); }
    void turn() {
        turned_ms = now_ms;
        const auto next = board.turn(time(), now_ms * 1000 + store_ahead_us);
        next_ms = next ? std::optional(std::chrono::duration_cast<std::chrono::milliseconds>(next->time_since_epoch()).count())
                       : std::nullopt;
    }
    /// The store has answered.
    void answer() {
        if (!under_way) return;
        board.have_read(std::move(*std::exchange(under_way, std::nullopt)), time());
        turn();
    }
    void fail() {
        under_way.reset();
        board.have_read(std::unexpected(Error{ErrorCode::Unavailable}), time());
        turn();
    }
    /// Whoever keeps the time does as it was asked; the store answers when it is ready.
    void pass(std::chrono::milliseconds time) {
        const std::int64_t end_ms = now_ms + time.count();
        for (;;) {
            ASSERT_TRUE(!next_ms || *next_ms > turned_ms) << "a turn that asks for another at once";
            const std::int64_t turn_ms = next_ms.value_or(end_ms + 1);
            const std::int64_t answer_ms = under_way ? ready_ms : end_ms + 1;
            if (std::min(turn_ms, answer_ms) > end_ms) break;
            now_ms = std::max(now_ms, std::min(turn_ms, answer_ms));
            if (answer_ms <= turn_ms)
                answer();
            else
                turn();
        }
        now_ms = end_ms;
    }
    void arrive(std::uint32_t slot) {
        board.watch(admin(slot));
        turn();
    }
    void set_open(std::int64_t open) {
        store_open = open;
        board.touch({Metric::Tickets});
        turn();
    }
    std::vector<std::int64_t> told(Metric metric) const {
        std::vector<std::int64_t> figures;
        for (const Sent& each : sent) {
            if (each.metric == metric) figures.push_back(each.figure);
        }
        return figures;
    }
    std::vector<std::int64_t> times(Metric metric) const {
        std::vector<std::int64_t> all;
        for (const Sent& each : sent) {
            if (each.metric == metric) all.push_back(each.at_ms);
        }
        return all;
    }

    std::int64_t now_ms = 100'000;
    std::int64_t store_ahead_us = 0;
    std::optional<std::int64_t> next_ms;
    std::int64_t store_open = 0;
    std::int64_t store_waiting = 0;
    std::array<std::optional<std::int64_t>, kMetrics> until_us;
    std::int64_t drawn = 0;
    int readings = 0;
    std::int64_t store_takes_ms = 0;
    std::int64_t ready_ms = 0;
    std::int64_t turned_ms = 0;
    std::optional<Facts> under_way;
    std::vector<Sent> sent;
    Board::Cadence cadence;
    Board board{*this, "acme", cadence};
};

TEST(Board, ShowsANewcomerEverythingFirst) {
    Office office;
    office.store_open = 3;
    office.arrive(1);
    EXPECT_THAT(office.sent, IsEmpty());
    office.answer();
    ASSERT_EQ(office.sent.size(), kAllMetrics.size());
    for (std::size_t i = 0; i < kAllMetrics.size(); ++i) EXPECT_EQ(office.sent[i].metric, kAllMetrics[i]);
    EXPECT_THAT(office.told(Metric::Tickets), ElementsAre(3));
}

TEST(Board, WhoDoesNotLeadWelcomesWhoComesAndTellsNothingElse) {
    Office office;
    office.board.lead(false);
    office.store_waiting = 1;
    office.arrive(1);
    office.pass(5s);
    EXPECT_EQ(office.sent.size(), kAllMetrics.size());
    office.set_open(7);
    office.pass(10s);
    EXPECT_EQ(office.sent.size(), kAllMetrics.size());
    EXPECT_EQ(office.readings, 1);
    EXPECT_THAT(office.shared, IsEmpty());
    // The one that led is gone: all is read and told, also on the other servers.
    office.board.lead(true);
    office.turn();
    office.pass(2s);
    EXPECT_EQ(office.told(Metric::Tickets).back(), 7);
    EXPECT_EQ(office.sent.size(), 2 * kAllMetrics.size());
    EXPECT_EQ(office.shared.size(), kAllMetrics.size());
}

TEST(Board, TellsAChangeAtOnceAndTheNextAfterASecond) {
    Office office;
    office.arrive(1);
    office.pass(5s);
    office.sent.clear();
    office.set_open(1);
    office.answer();
    EXPECT_THAT(office.told(Metric::Tickets), ElementsAre(1));
    for (int i = 2; i < 10; ++i) {
        office.set_open(i);
        office.pass(50ms);
    }
    EXPECT_THAT(office.told(Metric::Tickets), ElementsAre(1));
    office.pass(2s);
    EXPECT_THAT(office.told(Metric::Tickets), ElementsAre(1, 9));
    EXPECT_EQ(office.times(Metric::Tickets).at(1) - office.times(Metric::Tickets).at(0), 1000);
}

TEST(Board, TellsOnTimeWhenSomethingHappensAllTheTimeAndTheStoreIsSlow) {
    Office office;
    office.store_takes_ms = 50;
    office.arrive(1);
    office.pass(5s);
    office.sent.clear();
    for (int i = 1; i <= 1000; ++i) {
        office.set_open(i);
        office.pass(10ms);
    }
    EXPECT_GE(office.told(Metric::Tickets).size(), 9U);
    office.pass(2s);
    EXPECT_EQ(office.told(Metric::Tickets).back(), 1000);
}

TEST(Board, DoesNotTellWhatIsTheSame) {
    Office office;
    office.arrive(1);
    office.pass(5s);
    office.sent.clear();
    office.set_open(0);
    office.pass(10s);
    EXPECT_THAT(office.sent, IsEmpty());
}

TEST(Board, ReadsNothingWhileNothingHappens) {
    Office office;
    office.arrive(1);
    office.pass(1s);
    const int readings = office.readings;
    office.pass(1h);
    EXPECT_EQ(office.readings, readings);
}

TEST(Board, TellsWhoIsThereAndWhoComesAlike) {
    Office office;
    office.arrive(1);
    office.pass(2s);
    office.sent.clear();
    // A change that nobody has been told of yet is in what the newcomer sees, and comes to the others.
    office.store_open = 4;
    office.arrive(2);
    office.pass(2s);
    ASSERT_EQ(office.told(Metric::Tickets), (std::vector<std::int64_t>{4, 4}));
    EXPECT_THAT(office.sent.front().to, ElementsAre(2));
    EXPECT_THAT(office.sent.back().to, ElementsAre(1, 2));
}

TEST(Board, ANewcomerSeesWhatWasCommittedBeforeTheyCame) {
    Office office;
    office.arrive(1);  // reads now
    office.store_open = 8;
    office.arrive(2);
    office.answer();
    EXPECT_THAT(office.told(Metric::Tickets), ElementsAre(0));
    office.answer();
    ASSERT_THAT(office.told(Metric::Tickets), ElementsAre(0, 8));
    EXPECT_THAT(office.sent.back().to, ElementsAre(2));
}

TEST(Board, TellsTheQueueEveryFiveSecondsWhileSomebodyWaits) {
    Office office;
    office.store_waiting = 2;
    office.arrive(1);
    office.pass(16s);
    const auto times = office.times(Metric::Queue);
    ASSERT_EQ(times.size(), 4U);
    for (std::size_t i = 1; i < times.size(); ++i) EXPECT_EQ(times[i] - times[i - 1], 5000);
    EXPECT_EQ(office.readings, 1);
    office.store_waiting = 0;
    office.board.touch({Metric::Queue});
    office.turn();
    office.pass(1s);
    EXPECT_EQ(office.told(Metric::Queue).back(), 0);
    const auto told = office.sent.size();
    office.pass(20s);
    EXPECT_EQ(office.sent.size(), told);
}

TEST(Board, ReadsAgainWhenTimeAloneChangesSomething) {
    Office office;
    office.until_us[static_cast<std::size_t>(Metric::Tickets)] = (office.now_ms + 30'000) * 1000;
    office.arrive(1);
    office.pass(29s);
    EXPECT_EQ(office.readings, 1);
    office.store_open = 1;
    office.until_us = {};
    office.pass(2s);
    EXPECT_EQ(office.readings, 2);
    EXPECT_EQ(office.told(Metric::Tickets).back(), 1);
}

TEST(Board, NoticesThatTheClockOfTheStoreWasPut) {
    for (const std::int64_t ahead_us : {3'600'000'000LL, -3'600'000'000LL}) {
        Office office;
        office.until_us[static_cast<std::size_t>(Metric::Tickets)] = (office.now_ms + 600'000) * 1000;
        office.arrive(1);
        office.pass(5s);
        office.store_open = 1;
        office.store_ahead_us = ahead_us;
        office.pass(2s);
        EXPECT_EQ(office.told(Metric::Tickets).back(), 1);
    }
}

TEST(Board, TellsWhatIsNotInTheStoreWithoutReadingIt) {
    Office office;
    office.arrive(1);
    office.pass(2s);
    office.drawn = 5;
    office.board.move(Metric::Agents);
    office.turn();
    EXPECT_EQ(office.told(Metric::Agents).back(), 5);
    EXPECT_EQ(office.readings, 1);
}

TEST(Board, AnswersWhoAsksAndIsDoneWithThat) {
    Office office;
    office.store_open = 2;
    std::vector<std::string> answers;
    const auto keep = [&](const Result<std::string>& json) { answers.push_back(json ? *json : "refused"); };
    office.board.ask(Metric::Tickets, keep);
    office.turn();
    EXPECT_FALSE(office.board.idle());
    office.answer();
    EXPECT_THAT(answers, ElementsAre("2"));
    EXPECT_TRUE(office.board.idle());
    EXPECT_THAT(office.sent, IsEmpty());
    office.board.ask(Metric::Tickets, keep);
    office.turn();
    office.fail();
    EXPECT_THAT(answers, ElementsAre("2", "refused"));
    EXPECT_TRUE(office.board.idle());
}

TEST(Board, TriesAgainWhenTheStoreIsAway) {
    Office office;
    office.store_open = 1;
    office.arrive(1);
    office.fail();
    EXPECT_FALSE(office.under_way.has_value()) << "without a rest";
    office.pass(400ms);
    EXPECT_EQ(office.readings, 1);
    office.pass(200ms);
    EXPECT_THAT(office.told(Metric::Tickets), ElementsAre(1));
    office.set_open(2);
    office.pass(1s);
    office.set_open(3);
    office.pass(400ms);
    office.now_ms += 600;
    office.turn();
    office.fail();
    office.pass(3s);
    EXPECT_EQ(office.told(Metric::Tickets).back(), 3);
}

TEST(Board, IsIdleWhenTheLastOneHasGone) {
    Office office;
    office.arrive(1);
    office.arrive(2);
    office.board.unwatch(admin(1));
    office.pass(1s);
    EXPECT_THAT(office.sent.back().to, ElementsAre(2));
    office.board.unwatch(admin(2));
    office.turn();
    EXPECT_TRUE(office.board.idle());
    EXPECT_EQ(office.next_ms, std::nullopt);
}

struct Happening {
    int wait_ms;
    int open;  // tickets there are then
    int store_takes_ms;
    bool somebody_comes;
};
std::ostream& operator<<(std::ostream& out, const Happening& each) {
    return out << each.wait_ms << " ms, then " << each.open << ", store " << each.store_takes_ms << " ms"
               << (each.somebody_comes ? ", somebody comes" : "");
}

RC_GTEST_PROP(Board, KeepsItsPaceAndForgetsNoLastChange, ()) {
    const auto gen = rc::gen::construct<Happening>(rc::gen::element(0, 1, 5, 300, 999, 1000, 1500), rc::gen::inRange(0, 4),
                                                   rc::gen::element(0, 3, 40, 700), rc::gen::element(false, false, false, true));
    const auto story = *rc::gen::container<std::vector<Happening>>(gen);
    Office office;
    std::uint32_t people = 1;
    office.arrive(1);
    office.pass(0ms);
    for (const Happening& each : story) {
        office.pass(std::chrono::milliseconds(each.wait_ms));
        office.store_takes_ms = each.store_takes_ms;
        if (each.somebody_comes) office.arrive(++people);
        office.set_open(each.open);
    }
    office.pass(2 * 1000ms + 4 * 700ms);
    // What each of them has seen.
    std::map<std::uint32_t, std::vector<Office::Sent>> seen;
    for (const Office::Sent& each : office.sent) {
        if (each.metric != Metric::Tickets) continue;
        for (const std::uint32_t slot : each.to) seen[slot].push_back(each);
    }
    RC_ASSERT(seen.size() == people);
    for (const auto& [slot, told] : seen) {
        RC_ASSERT(told.back().figure == office.store_open);
        // The first is the one they were welcomed with.
        for (std::size_t i = 2; i < told.size(); ++i) RC_ASSERT(told[i].at_ms - told[i - 1].at_ms >= 1000);
    }
    if (people > 1) return;
    const auto& first = seen.at(1);
    for (std::size_t i = 1; i < first.size(); ++i) RC_ASSERT(first[i].figure != first[i - 1].figure);
}

}  // namespace
}  // namespace desk::dashboard
