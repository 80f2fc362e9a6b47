#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "desk/dashboard/facts.hpp"
#include "desk/model/error.hpp"
#include "sio/runtime/timer.hpp"
#include "sio/socketio/handle.hpp"

namespace desk::dashboard {

/// Who watches the metrics of one org, what they have been told, and when they are to be told more (domain.md 3.11 "Cadence"): on every
/// change, but each metric once in an interval, and the last change in any case; the queue also every few seconds while somebody waits. It
/// is told what happens and keeps no time: whoever keeps it calls `turn` when it asks for that. One reading of the store at a time, so that
/// what is told last was read last.  Thread: one at a time.
class Board {
public:
    using Time = sio::runtime::TimePoint;
    using Answer = std::move_only_function<void(Result<std::string>)>;

    struct Cadence {
        std::chrono::milliseconds interval{1000};
        std::chrono::milliseconds waiting_interval{5000};
        std::chrono::milliseconds after_failure{500};
    };

    class Keeper {
    public:
        virtual ~Keeper() = default;
        /// Calls `have_read` later, once.
        virtual void read(Board& board, MetricSet metrics) = 0;
        /// The object as it is now.
        virtual std::string draw(const Board& board, Metric metric) = 0;
        virtual void send(std::span<const sio::SocketHandle> watchers, Metric metric, const std::string& json) = 0;
        /// All watchers of this server have been told; those of others have not.
        virtual void told(const Board& board, Metric metric, const std::string& json) = 0;
    };
    Board(Keeper& keeper, std::string org, const Cadence& cadence) : keeper_(keeper), org_(std::move(org)), cadence_(cadence) {}

    const std::string& org() const { return org_; }
    /// As last read.
    const Facts& facts() const { return known_; }
    bool watched() const { return !watchers_.empty(); }
    std::span<const sio::SocketHandle> watchers() const { return watchers_; }
    /// Who comes is to be told, or was.
    bool wanted() const { return watched() || !newcomers_.empty() || !arriving_.empty(); }
    /// Nobody watches or asks, and nothing is under way.
    bool idle() const;

    /// Whether watchers are told here what changes, as they are at first; else somebody else does, and this board only welcomes those who
    /// come. Who begins to tell tells all.
    void lead(bool leads);
    bool leads() const { return leads_; }

    // What happens. Each of them asks for a `turn` after it.
    /// Gets all metrics, read after this, before anything else.
    void watch(const sio::SocketHandle& watcher);
    void unwatch(const sio::SocketHandle& watcher);
    /// Gets one metric, read after this.
    void ask(Metric metric, Answer answer);
    /// Something was committed that may change them.
    void touch(MetricSet metrics) { dirty_.add(metrics); }
    /// They look different by what is not in the store.
    void move(Metric metric) { moved_.add(metric); }
    void have_read(Result<Facts> facts, Time now);

    /// Does what is due. `store_now_us`: the clock of what is stored. When to call it again, unless something happens before.
    std::optional<Time> turn(Time now, std::int64_t store_now_us);

private:
    struct Asker {
        Metric metric;
        Answer answer;
    };
    struct Told {
        Time told;    ///< to all
        Time looked;  ///< the store was asked because something had happened
    };
    void notice_time(Time now, std::int64_t store_now_us);
    MetricSet to_read(Time now) const;
    void begin_reading(MetricSet metrics, Time now);
    void welcome(Time now);
    bool is_news(Metric metric) const;
    void tell(Metric metric, Time now);
    std::optional<Time> next_turn(Time now) const;
    Told& times(Metric metric) { return times_[static_cast<std::size_t>(metric)]; }
    const Told& times(Metric metric) const { return times_[static_cast<std::size_t>(metric)]; }
    Time may_tell(Metric metric) const { return times(metric).told + cadence_.interval; }
    Time may_read(Metric metric) const { return std::max(times(metric).looked, times(metric).told) + cadence_.interval; }

    Keeper& keeper_;
    const std::string org_;
    const Cadence& cadence_;
    std::vector<sio::SocketHandle> watchers_;
    std::vector<sio::SocketHandle> newcomers_;  // wait for the next reading
    std::vector<sio::SocketHandle> arriving_;   // wait for the one that is under way
    std::vector<Asker> askers_;
    std::vector<Asker> answering_;
    Facts known_;
    Facts told_;
    MetricSet dirty_;  // something happened since the reading that known_ is of began
    MetricSet moved_;
    MetricSet fresh_;  // as last read, and not told since
    MetricSet reading_;
    bool leads_ = true;
    std::array<Told, kMetrics> times_{};
    Time not_before_{};  // after a failure
};

}  // namespace desk::dashboard
