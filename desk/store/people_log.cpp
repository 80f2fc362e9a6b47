#include "desk/store/people_log.hpp"

#include <utility>

namespace desk::store {

namespace {

// In the words of the index, which has only these rows.
constexpr sql::Sql kAfter{
    "SELECT org, seq, name, subject, payload, occurred_at FROM event_log WHERE name IN ('user:updated', 'session:revoked') "
    "AND occurred_at >= ?1 AND (occurred_at > ?1 OR org > ?2 OR (org = ?2 AND seq > ?3)) ORDER BY occurred_at, org, seq LIMIT ?4"};

}  // namespace

std::vector<EventRow> PeopleLog::after(const Place& place, std::int64_t limit) const {
    std::vector<EventRow> rows;
    auto found = session_.query(kAfter, place.time_us, place.org, place.seq, limit);
    while (found.next()) {
        EventRow row;
        row.org = found.text(0);
        row.seq = found.integer(1);
        row.name = found.text(2);
        row.subject_kind = SubjectKind::User;
        row.subject = found.text(3);
        row.payload = found.text(4);
        row.occurred_at_us = found.integer(5);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace desk::store
