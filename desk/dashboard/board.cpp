#include "desk/dashboard/board.hpp"

#include <algorithm>

namespace desk::dashboard {

namespace {

// The clock of what is stored may be moved, and no timer knows.
constexpr std::chrono::milliseconds kLookAtClock{1000};
constexpr std::int64_t kSteppedBackUs = 1'000'000;

void note_earliest(std::optional<Board::Time>& next, Board::Time time) { next = std::min(next.value_or(time), time); }

}  // namespace

bool Board::idle() const {
    return watchers_.empty() && newcomers_.empty() && arriving_.empty() && askers_.empty() && answering_.empty() && reading_.empty();
}

void Board::lead(bool leads) {
    if (std::exchange(leads_, leads) == leads || !leads) return;
    dirty_ = MetricSet::all();
    if (watched()) moved_ = MetricSet::all();
}

void Board::watch(const sio::SocketHandle& watcher) { newcomers_.push_back(watcher); }

void Board::unwatch(const sio::SocketHandle& watcher) {
    for (auto* list : {&watchers_, &newcomers_, &arriving_}) std::erase(*list, watcher);
}

void Board::ask(Metric metric, Answer answer) { askers_.push_back({metric, std::move(answer)}); }

std::optional<Board::Time> Board::turn(Time now, std::int64_t store_now_us) {
    notice_time(now, store_now_us);
    if (reading_.empty() && now >= not_before_) {
        if (const MetricSet metrics = to_read(now); !metrics.empty()) begin_reading(metrics, now);
    }
    for (const Metric each : kAllMetrics) {
        if (leads_ && watched() && is_news(each) && now >= may_tell(each)) tell(each, now);
    }
    return next_turn(now);
}

void Board::notice_time(Time now, std::int64_t store_now_us) {
    if (!leads_ || !watched()) return;
    for (const Metric each : kAllMetrics) {
        const auto& until = known_.until_us[static_cast<std::size_t>(each)];
        if (until && (store_now_us >= *until || store_now_us < known_.now_us - kSteppedBackUs)) dirty_.add(each);
    }
    if (known_.queue.waiting() > 0 && now >= times(Metric::Queue).told + cadence_.waiting_interval) moved_.add(Metric::Queue);
}

MetricSet Board::to_read(Time now) const {
    if (!newcomers_.empty()) return MetricSet::all();
    MetricSet metrics;
    for (const Asker& asker : askers_) metrics.add(asker.metric);
    for (const Metric each : kAllMetrics) {
        if (leads_ && watched() && dirty_.has(each) && now >= may_read(each)) metrics.add(each);
    }
    return metrics;
}

void Board::begin_reading(MetricSet metrics, Time now) {
    reading_ = metrics;
    for (const Metric each : kAllMetrics) {
        if (!metrics.has(each)) continue;
        if (dirty_.has(each)) times(each).looked = now;
        dirty_.remove(each);
        fresh_.remove(each);
    }
    arriving_ = std::exchange(newcomers_, {});
    answering_ = std::exchange(askers_, {});
    keeper_.read(*this, metrics);
}

void Board::have_read(Result<Facts> facts, Time now) {
    const MetricSet metrics = std::exchange(reading_, {});
    if (!facts) {
        dirty_.add(metrics);
        not_before_ = now + cadence_.after_failure;
        newcomers_.insert(newcomers_.begin(), arriving_.begin(), arriving_.end());
        arriving_.clear();
        for (Asker& asker : std::exchange(answering_, {})) asker.answer(std::unexpected(facts.error()));
        return;
    }
    known_.update(*facts);
    fresh_.add(metrics);
    for (Asker& asker : std::exchange(answering_, {})) asker.answer(keeper_.draw(*this, asker.metric));
    if (!arriving_.empty()) welcome(now);
}

void Board::welcome(Time now) {
    const bool first = watchers_.empty();
    for (const Metric each : kAllMetrics) {
        keeper_.send(arriving_, each, keeper_.draw(*this, each));
        if (!first) {
            // Not what the others have: the next is for all of them, even if it is as before.
            if (!known_.same(told_, each)) moved_.add(each);
            continue;
        }
        times(each).told = now;
        moved_.remove(each);
    }
    if (first) told_ = known_;
    watchers_.insert(watchers_.end(), arriving_.begin(), arriving_.end());
    arriving_.clear();
}

bool Board::is_news(Metric metric) const {
    // What is old is read before it is told; but what has just been read is told, or a store that is always busy would never let it be.
    const bool is_old = reading_.has(metric) || (dirty_.has(metric) && !fresh_.has(metric));
    if (is_old || !known_.metrics.has(metric)) return false;
    return moved_.has(metric) || !known_.same(told_, metric);
}

void Board::tell(Metric metric, Time now) {
    const std::string json = keeper_.draw(*this, metric);
    keeper_.send(watchers_, metric, json);
    keeper_.told(*this, metric, json);
    fresh_.remove(metric);
    moved_.remove(metric);
    told_.take(known_, metric);
    times(metric).told = now;
}

std::optional<Board::Time> Board::next_turn(Time now) const {
    std::optional<Time> next;
    // A reading that is under way is a turn of its own when it is done.
    if (reading_.empty() && (!newcomers_.empty() || !askers_.empty())) note_earliest(next, not_before_);
    if (!leads_ || !watched()) return next;
    note_earliest(next, now + kLookAtClock);
    for (const Metric each : kAllMetrics) {
        if (is_news(each)) note_earliest(next, may_tell(each));
        if (dirty_.has(each) && reading_.empty()) note_earliest(next, std::max(may_read(each), not_before_));
    }
    // Once that is noticed, the queue is told as any news.
    if (known_.queue.waiting() > 0 && !moved_.has(Metric::Queue))
        note_earliest(next, times(Metric::Queue).told + cadence_.waiting_interval);
    return next;
}

}  // namespace desk::dashboard
