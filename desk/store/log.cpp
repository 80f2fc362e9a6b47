#include "desk/store/log.hpp"

#include <algorithm>

#include "desk/model/ids.hpp"

namespace desk::store {
namespace {

constexpr sql::Sql kLock{"SELECT epoch, seq, ticket_number, last_at, sla_policies, people FROM org_counters WHERE org = ?1 {lock}"};
constexpr sql::Sql kCreate{
    "INSERT INTO org_counters (org, epoch, seq, ticket_number, last_at, sla_policies, people, pruned_to) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)"};
constexpr sql::Sql kAdvance{
    "UPDATE org_counters SET seq = ?2, ticket_number = ?3, last_at = ?4, sla_policies = ?5, people = ?6 WHERE org = ?1"};
constexpr sql::Sql kInsert{
    "INSERT INTO event_log (org, seq, event_id, name, subject_kind, subject, author, meta, payload, customers, customer_payload, "
    "occurred_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"};
constexpr sql::Sql kPosition{"SELECT epoch, seq, pruned_to FROM org_counters WHERE org = ?1"};
constexpr sql::Sql kRows{
    "SELECT seq, event_id, name, subject_kind, subject, author, meta, payload, customers, customer_payload, occurred_at "
    "FROM event_log WHERE org = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4"};
constexpr sql::Sql kEventIdAt{"SELECT event_id FROM event_log WHERE org = ?1 AND seq = ?2"};
constexpr sql::Sql kTimeAt{"SELECT occurred_at FROM event_log WHERE org = ?1 AND seq = ?2"};

constexpr std::size_t kEpochDigits = 12;

/// `{...}` -> `{"eventId":"...","seq":N,...}`
void stamp(std::string& payload, const EventRow& row) {
    std::string head;
    head.reserve(payload.size() + 64);
    head.append(R"({"eventId":")").append(row.event_id).append(R"(","seq":)").append(std::to_string(row.seq));
    if (payload.size() > 2) {
        head.append(",").append(payload, 1);
    } else {
        head += '}';
    }
    payload = std::move(head);
}

EventRow read_row(const sql::Rows& found, std::string_view org) {
    EventRow row;
    row.org = org;
    row.seq = found.integer(0);
    row.event_id = found.text(1);
    row.name = found.text(2);
    row.subject_kind = static_cast<SubjectKind>(found.integer(3));
    row.subject = found.text(4);
    row.author = found.text(5);
    row.payload = found.text(7);
    row.customers = static_cast<Customers>(found.integer(8));
    row.customer_payload = found.text(9);
    row.occurred_at_us = found.integer(10);
    return row;
}

Error expired(std::string_view reason) { return Error{ErrorCode::CursorExpired, {}, {}}.because(reason); }

}  // namespace

void EventLog::lock() {
    if (lock_row()) return;
    // Another server may be making the row just now.
    if (auto locked = session_.connection().lock("org:" + org_); !locked) session_.fail(std::move(locked.error()));
    lock_row();
}

bool EventLog::lock_row() {
    auto found = session_.query(kLock, org_);
    exists_ = found.next();
    if (!exists_) return false;
    epoch_ = found.text(0);
    counters_ = {found.integer(1), found.integer(2), found.integer(3), found.integer(4), found.integer(5)};
    stored_ = counters_;
    return true;
}

const EventRow& EventLog::append(EventRow row, std::int64_t now_us) {
    if (epoch_.empty()) epoch_ = sio::random_hex(kEpochDigits);
    row.org = org_;
    row.seq = ++counters_.seq;
    // Never back, so that a point in time is one place in the log.
    counters_.last_at_us = time_of(now_us);
    row.occurred_at_us = counters_.last_at_us;
    row.event_id = event_id(row.occurred_at_us, row.seq);
    stamp(row.payload, row);
    if (row.customers == Customers::Own) stamp(row.customer_payload, row);
    if (row.access) stamp(row.access->lost_payload, row);
    rows_.push_back(std::move(row));
    return rows_.back();
}

Cursor EventLog::position() const { return {epoch_.empty() ? std::string(kNoEpoch) : epoch_, counters_.seq}; }

void EventLog::rewind(const Mark& mark) {
    rows_.resize(mark.rows);
    counters_ = mark.counters;
}

void EventLog::flush() {
    if (counters_ == stored_) return;
    if (epoch_.empty()) epoch_ = sio::random_hex(kEpochDigits);
    for (const EventRow& row : rows_) {
        const std::string meta = meta_to_json(row);
        session_.run(kInsert, org_, row.seq, row.event_id, row.name, static_cast<int>(row.subject_kind), row.subject, row.author, meta,
                     row.payload, static_cast<int>(row.customers), row.customer_payload, row.occurred_at_us);
    }
    if (exists_) {
        session_.run(kAdvance, org_, counters_.seq, counters_.ticket_number, counters_.last_at_us, counters_.sla_policies,
                     counters_.people);
    } else {
        session_.run(kCreate, org_, epoch_, counters_.seq, counters_.ticket_number, counters_.last_at_us, counters_.sla_policies,
                     counters_.people);
    }
}

Cursor LogReader::position() const {
    auto found = session_.query(kPosition, org_);
    if (!found.next()) return {std::string(kNoEpoch), 0};
    return {found.text(0), found.integer(1)};
}

Result<std::int64_t> LogReader::resolve(std::string_view since) const {
    Cursor wanted;
    const auto from_event = seq_in_event_id(since);
    if (!from_event) {
        auto cursor = parse_cursor(since);
        if (!cursor) return fail(std::move(cursor.error()));
        wanted = std::move(*cursor);
    } else {
        wanted.seq = *from_event;
    }
    Cursor top{std::string(kNoEpoch), 0};
    std::int64_t pruned_to = 0;
    if (auto found = session_.query(kPosition, org_); found.next()) {
        top = {found.text(0), found.integer(1)};
        pruned_to = found.integer(2);
    }
    if (from_event) {
        auto row = session_.query(kEventIdAt, org_, *from_event);
        if (!row.next()) return fail(expired(*from_event <= pruned_to ? "PRUNED" : "EPOCH"));
        if (row.view(0) != since) return fail(expired("EPOCH"));
        return *from_event;
    }
    const bool from_the_start = wanted.epoch == kNoEpoch && wanted.seq == 0;
    if (wanted.epoch != top.epoch && !from_the_start) return fail(expired("EPOCH"));
    if (wanted.seq > top.seq) return fail(expired("FUTURE"));
    if (wanted.seq < pruned_to) return fail(expired("PRUNED"));
    return wanted.seq;
}

Result<std::int64_t> LogReader::resolve_time(std::int64_t time_us) const {
    auto found = session_.query(kPosition, org_);
    if (!found.next()) return 0;
    std::int64_t low = found.integer(2);  // everything up to here is gone or older
    const std::int64_t pruned_to = low;
    std::int64_t high = found.integer(1);
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        auto row = session_.query(kTimeAt, org_, middle + 1);
        if (!row.next() || row.integer(0) >= time_us) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    if (low == pruned_to && pruned_to > 0) return fail(expired("PRUNED"));
    return low;
}

std::vector<EventRow> LogReader::rows(std::int64_t after, std::int64_t up_to, std::int64_t limit) const {
    std::vector<EventRow> out;
    auto found = session_.query(kRows, org_, after, up_to, limit);
    while (found.next()) {
        EventRow row = read_row(found, org_);
        if (auto read = meta_from_json(found.view(6), row); !read) {
            session_.fail({sql::FailureKind::Corrupt, std::move(read.error().detail)});
            return {};
        }
        out.push_back(std::move(row));
    }
    return out;
}

std::optional<EventRow> LogReader::find(std::string_view event_id) const {
    const auto seq = seq_in_event_id(event_id);
    if (!seq) return std::nullopt;
    auto found = rows(*seq - 1, *seq, 1);
    if (found.empty() || found.front().event_id != event_id) return std::nullopt;
    return std::move(found.front());
}

}  // namespace desk::store
