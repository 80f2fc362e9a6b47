#include "desk/store/people_log.hpp"

#include <utility>

namespace desk::store {

namespace {

// In the words of the index, which has only these rows.
constexpr sql::Sql kSince{
    "SELECT org, seq, name, subject, payload, occurred_at FROM event_log WHERE name IN ('user:updated', 'session:revoked') "
    "AND occurred_at > ?1 ORDER BY occurred_at LIMIT ?2"};

}  // namespace

std::vector<EventRow> PeopleLog::since(std::int64_t time_us, std::int64_t limit) const {
    std::vector<EventRow> rows;
    auto found = session_.query(kSince, time_us, limit);
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
