#include "desk/sla/policies.hpp"

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::sla {
namespace {

namespace sql = store::sql;

#define DESK_CALENDAR_COLUMNS "SELECT id, name, timezone, hours, holidays, version FROM calendars WHERE org = ?1"
constexpr sql::Sql kFindCalendar{DESK_CALENDAR_COLUMNS " AND id = ?2"};
constexpr sql::Sql kListCalendars{DESK_CALENDAR_COLUMNS " AND id > ?2 ORDER BY id LIMIT ?3"};
#undef DESK_CALENDAR_COLUMNS
constexpr sql::Sql kCountCalendars{"SELECT COUNT(*) FROM calendars WHERE org = ?1"};
constexpr sql::Sql kSaveCalendar{
    "INSERT INTO calendars (org, id, name, timezone, hours, holidays, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
    "ON CONFLICT (org, id) DO UPDATE SET name = excluded.name, timezone = excluded.timezone, hours = excluded.hours, "
    "holidays = excluded.holidays, version = excluded.version"};

#define DESK_POLICY_COLUMNS \
    "SELECT id, name, position, active, conditions, targets, calendar_id, pause_on, warn_at, version FROM sla_policies WHERE org = ?1"
constexpr sql::Sql kFindPolicy{DESK_POLICY_COLUMNS " AND id = ?2"};
constexpr sql::Sql kAllPolicies{DESK_POLICY_COLUMNS " ORDER BY position, id"};
constexpr sql::Sql kOfCalendar{DESK_POLICY_COLUMNS " AND calendar_id = ?2 ORDER BY position, id"};
#undef DESK_POLICY_COLUMNS
constexpr sql::Sql kSavePolicy{
    "INSERT INTO sla_policies (org, id, name, position, active, conditions, targets, calendar_id, pause_on, warn_at, version) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (org, id) DO UPDATE SET name = excluded.name, "
    "position = excluded.position, active = excluded.active, conditions = excluded.conditions, targets = excluded.targets, "
    "calendar_id = excluded.calendar_id, pause_on = excluded.pause_on, warn_at = excluded.warn_at, version = excluded.version"};
constexpr sql::Sql kBeginRecount{
    "INSERT INTO sla_recounts (org, policy_id, after_ticket) VALUES (?1, ?2, '') "
    "ON CONFLICT (org, policy_id) DO UPDATE SET after_ticket = excluded.after_ticket"};

/// A column that we have written ourselves; of what a newer program wrote differently nothing is taken.
template <auto Read>
auto read_column(const sql::Rows& row, int column) {
    thread_local sio::json::Parser parser;
    const auto parsed = parser.parse_copy(row.view(column));
    using T = typename std::invoke_result_t<decltype(Read), sio::json::Value>::value_type;
    if (!parsed) return T{};
    return Read(*parsed).value_or(T{});
}

template <class Write>
std::string text_of(Write write) {
    std::string out;
    sio::json::Writer w(out);
    write(w);
    return out;
}

Calendar read_calendar(const sql::Rows& row) {
    return {.id = row.text(0),
            .name = row.text(1),
            .timezone = row.text(2),
            .hours = read_column<read_hours>(row, 3),
            .holidays = read_column<read_holidays>(row, 4),
            .version = row.integer(5)};
}

SlaPolicy read_policy(const sql::Rows& row) {
    SlaPolicy policy;
    policy.id = row.text(0);
    policy.name = row.text(1);
    policy.position = row.integer(2);
    policy.active = row.flag(3);
    policy.match = read_column<read_sla_match>(row, 4);
    policy.promises = read_column<read_promises>(row, 5);
    policy.calendar = row.maybe_text(6);
    policy.pause_on = read_column<read_statuses>(row, 7);
    policy.warn_at = read_column<read_warn_at>(row, 8);
    policy.version = row.integer(9);
    return policy;
}

template <class T>
std::vector<T> read_all(sql::Rows rows, T (*read)(const sql::Rows&)) {
    std::vector<T> out;
    while (rows.next()) out.push_back(read(rows));
    return out;
}

}  // namespace

std::optional<Calendar> Calendars::find(std::string_view id) const {
    auto row = session_.query(kFindCalendar, org_, id);
    return row.next() ? std::optional(read_calendar(row)) : std::nullopt;
}

std::vector<Calendar> Calendars::list(std::string_view after, std::int64_t limit) const {
    return read_all(session_.query(kListCalendars, org_, after, limit), read_calendar);
}

std::int64_t Calendars::count() const {
    auto row = session_.query(kCountCalendars, org_);
    return row.next() ? row.integer(0) : 0;
}

void Calendars::save(const Calendar& calendar) {
    const std::string hours = text_of([&](sio::json::Writer& w) { write_hours(w, calendar.hours); });
    const std::string holidays = text_of([&](sio::json::Writer& w) { write_holidays(w, calendar.holidays); });
    session_.run(kSaveCalendar, org_, calendar.id, calendar.name, calendar.timezone, hours, holidays, calendar.version);
}

std::optional<SlaPolicy> Policies::find(std::string_view id) const {
    auto row = session_.query(kFindPolicy, org_, id);
    return row.next() ? std::optional(read_policy(row)) : std::nullopt;
}

std::vector<SlaPolicy> Policies::all() const { return read_all(session_.query(kAllPolicies, org_), read_policy); }

std::vector<SlaPolicy> Policies::of_calendar(std::string_view calendar) const {
    return read_all(session_.query(kOfCalendar, org_, calendar), read_policy);
}

void Policies::save(const SlaPolicy& policy) {
    const std::string match = text_of([&](sio::json::Writer& w) { write_json(w, policy.match); });
    const std::string promises = text_of([&](sio::json::Writer& w) { write_promises(w, policy.promises); });
    const std::string pause_on = text_of([&](sio::json::Writer& w) { write_statuses(w, policy.pause_on); });
    const std::string warn_at = text_of([&](sio::json::Writer& w) { write_json(w, policy.warn_at); });
    session_.run(kSavePolicy, org_, policy.id, policy.name, policy.position, policy.active, match, promises, policy.calendar, pause_on,
                 warn_at, policy.version);
}

void Policies::begin_recount(std::string_view id) { session_.run(kBeginRecount, org_, id); }

}  // namespace desk::sla
