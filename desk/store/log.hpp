#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/cursor.hpp"
#include "desk/model/event.hpp"
#include "desk/store/sql.hpp"

namespace desk::store {

/// The epoch of an org that has no log yet: its only position is 0.
inline constexpr std::string_view kNoEpoch = "new";

/// The writing end of an org's log inside one transaction. `seq` is the org's counter, so commit order is seq order, without holes.
/// Rows are kept here and written by `flush`, so a command that is undone takes its rows along by `rewind`.
class EventLog {
public:
    EventLog(sql::Session& session, std::string org) : session_(session), org_(std::move(org)) {}

    /// Locks the org's counter row: from here on this transaction is the org's only writer. To be called before anything else is read.
    void lock();

    /// Gives the row its org, seq, eventId and time (times never step back within an org), and puts eventId and seq into its payloads.
    /// Valid until the next append.
    const EventRow& append(EventRow row, std::int64_t now_us);

    /// The time of a row appended at `now_us`.
    std::int64_t time_of(std::int64_t now_us) const { return std::max(counters_.last_at_us, now_us); }

    /// Where the log stands, rows of this transaction included.
    Cursor position() const;

    /// Numbers of tickets count from 1 in each org.
    std::int64_t next_ticket_number() { return ++counters_.ticket_number; }
    /// A number that was given from outside is not given again.
    void reserve_ticket_number(std::int64_t number) { counters_.ticket_number = std::max(counters_.ticket_number, number); }

    /// How many SLA policies the org has: whoever writes has read this anyway, so that an org without any pays for none.
    std::int64_t sla_policies() const { return counters_.sla_policies; }
    void count_sla_policy() { ++counters_.sla_policies; }

    /// Moves whenever somebody the store knows is written anew, by whichever server.
    std::int64_t people() const { return counters_.people; }
    void people_changed() { ++counters_.people; }

    /// The rows of this transaction with a greater seq. Valid until the next append.
    std::span<const EventRow> rows_after(std::int64_t seq) const {
        const auto count = std::clamp<std::int64_t>(counters_.seq - seq, 0, static_cast<std::int64_t>(rows_.size()));
        return std::span(rows_).last(static_cast<std::size_t>(count));
    }

    struct Counters {
        std::int64_t seq = 0;
        std::int64_t ticket_number = 0;
        std::int64_t last_at_us = 0;
        std::int64_t sla_policies = 0;
        std::int64_t people = 0;
        bool operator==(const Counters&) const = default;
    };
    /// A savepoint: how far the log was.
    struct Mark {
        std::size_t rows = 0;
        Counters counters;
    };
    Mark mark() const { return {rows_.size(), counters_}; }
    void rewind(const Mark& mark);

    /// Writes rows and counters.
    void flush();
    std::vector<EventRow> take_rows() { return std::move(rows_); }

    const std::string& org() const { return org_; }

private:
    bool lock_row();

    sql::Session& session_;
    std::string org_;
    std::string epoch_;
    Counters counters_;
    Counters stored_;
    bool exists_ = false;
    std::vector<EventRow> rows_;
};

/// The reading end, inside a snapshot or transaction.
class LogReader {
public:
    LogReader(sql::Session& session, std::string_view org) : session_(session), org_(org) {}

    /// The newest position: {epoch, top}. An org without events is at {kNoEpoch, 0}.
    Cursor position() const;

    /// `since` as clients give it (a cursor or an eventId) as the seq after which they want to read.
    /// Errors: InvalidPayload; CursorExpired {reason: EPOCH, FUTURE or PRUNED}.
    Result<std::int64_t> resolve(std::string_view since) const;

    /// The last seq before `time_us`: what a reader since a point in time continues from. Errors: CursorExpired {reason: PRUNED}.
    Result<std::int64_t> resolve_time(std::int64_t time_us) const;

    /// Rows with `after` < seq <= `up_to`, at most `limit`, in order.
    std::vector<EventRow> rows(std::int64_t after, std::int64_t up_to, std::int64_t limit) const;

    std::optional<EventRow> find(std::string_view event_id) const;

private:
    sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::store
