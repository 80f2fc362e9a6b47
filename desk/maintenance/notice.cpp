#include "desk/maintenance/notice.hpp"

#include "desk/model/time.hpp"

namespace desk::maintenance {
namespace {

namespace sql = store::sql;

constexpr sql::Sql kFind{"SELECT id, org, message, starts_at, ends_at, cancelled FROM maintenance WHERE id = ?1 {lock}"};
constexpr sql::Sql kCurrent{
    "SELECT id, org, message, starts_at, ends_at, cancelled FROM maintenance "
    "WHERE cancelled = 0 AND (ends_at IS NULL OR ends_at > ?1) ORDER BY starts_at, id"};
constexpr sql::Sql kSave{
    "INSERT INTO maintenance (id, org, message, starts_at, ends_at, cancelled) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (id) DO UPDATE SET message = excluded.message, starts_at = excluded.starts_at, ends_at = excluded.ends_at, "
    "cancelled = excluded.cancelled"};

Notice read(const sql::Rows& row) {
    return {row.text(0), row.maybe_text(1), row.text(2), row.integer(3), row.maybe_integer(4), row.flag(5)};
}

}  // namespace

void write_json(sio::json::Writer& w, const Notice& notice) {
    w.begin_object().field("id", notice.id).field("message", notice.message).field("startsAt", iso(notice.starts_at_us));
    w.field("endsAt", iso(notice.ends_at_us)).field("cancelled", notice.cancelled).end_object();
}

std::optional<Notice> Notices::find(std::string_view id) const {
    auto rows = session_.query(kFind, id);
    if (!rows.next()) return std::nullopt;
    return read(rows);
}

std::vector<Notice> Notices::current(std::int64_t now_us) const {
    std::vector<Notice> found;
    for (auto rows = session_.query(kCurrent, now_us); rows.next();) found.push_back(read(rows));
    return found;
}

void Notices::save(const Notice& notice) {
    session_.run(kSave, notice.id, notice.org, notice.message, notice.starts_at_us, notice.ends_at_us, notice.cancelled ? 1 : 0);
}

}  // namespace desk::maintenance
