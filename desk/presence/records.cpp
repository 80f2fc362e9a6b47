#include "desk/presence/records.hpp"

namespace desk::presence {

namespace {

using store::sql::Sql;

constexpr Sql kSetManual{
    "INSERT INTO presence (org, user_id, manual, manual_at, alive_at, seen_at, here) VALUES (?1, ?2, ?3, ?4, 0, 0, 0) "
    "ON CONFLICT (org, user_id) DO UPDATE SET manual = excluded.manual, manual_at = CASE WHEN excluded.manual_at > presence.manual_at "
    "THEN excluded.manual_at ELSE presence.manual_at + 1000 END RETURNING manual_at"};
constexpr Sql kForgetManual{"UPDATE presence SET manual = NULL WHERE org = ?1 AND user_id = ?2 AND manual_at <= ?3"};
constexpr Sql kMark{
    "INSERT INTO presence (org, user_id, manual, manual_at, alive_at, seen_at, here) VALUES (?1, ?2, NULL, 0, ?3, ?4, ?5) "
    "ON CONFLICT (org, user_id) DO UPDATE SET "
    "alive_at = CASE WHEN excluded.alive_at > presence.alive_at THEN excluded.alive_at ELSE presence.alive_at END, "
    "seen_at = CASE WHEN excluded.seen_at > presence.seen_at THEN excluded.seen_at ELSE presence.seen_at END, here = excluded.here"};
constexpr Sql kSeen{"SELECT seen_at FROM presence WHERE org = ?1 AND user_id = ?2"};
constexpr Sql kRemembered{
    "SELECT org, user_id, manual, manual_at, alive_at, seen_at, here FROM presence WHERE here <> 0 OR manual IS NOT NULL"};
constexpr Sql kChosen{"SELECT org, user_id, manual, manual_at FROM presence WHERE manual_at > 0"};
constexpr Sql kAgentsOf{
    "SELECT assignee_id FROM tickets WHERE org = ?1 AND requester_id = ?2 AND assignee_id IS NOT NULL "
    "AND status NOT IN ('resolved', 'closed') UNION "
    "SELECT p.user_id FROM tickets t JOIN ticket_participants p ON p.org = t.org AND p.ticket_id = t.id "
    "WHERE t.org = ?1 AND t.requester_id = ?2 AND t.status NOT IN ('resolved', 'closed') UNION "
    "SELECT a.user_id FROM conversations c JOIN conversation_agents a ON a.org = c.org AND a.conversation_id = c.id "
    "WHERE c.org = ?1 AND c.customer_id = ?2 AND c.status <> 'ended'"};

constexpr std::int64_t us(std::int64_t ms) { return ms * 1000; }

}  // namespace

std::int64_t Records::set_manual(std::string_view user, const Chosen& chosen) {
    const auto word = chosen.status == PresenceStatus::Online ? std::nullopt : std::optional(to_string(chosen.status));
    auto row = session_.query(kSetManual, org_, user, word, us(chosen.at_ms));
    return row.next() ? row.integer(0) / 1000 : chosen.at_ms;
}

void Records::forget_manual(std::string_view user, std::int64_t chosen_ms) { session_.run(kForgetManual, org_, user, us(chosen_ms)); }

void Records::mark(std::string_view user, const Kept& kept, Here here) {
    session_.run(kMark, org_, user, us(kept.alive_ms), us(kept.seen_ms), static_cast<std::int64_t>(here));
}

std::int64_t Records::last_seen_ms(std::string_view user) const {
    auto row = session_.query(kSeen, org_, user);
    return row.next() ? row.integer(0) / 1000 : 0;
}

std::unordered_set<std::string> Records::agents_of(std::string_view customer) const {
    std::unordered_set<std::string> agents;
    auto rows = session_.query(kAgentsOf, org_, customer);
    while (rows.next()) agents.insert(rows.text(0));
    return agents;
}

void save_all(store::Transaction& tx, const std::vector<Record>& records) {
    Records all(tx.session(), tx.org());
    for (const Record& record : records) {
        all.mark(record.user, record.kept, record.here);
        if (record.forget_manual) all.forget_manual(record.user, record.kept.manual_ms);
    }
}

std::vector<Record> remembered(store::sql::Session& session) {
    std::vector<Record> records;
    auto rows = session.query(kRemembered);
    while (rows.next()) {
        Record& record = records.emplace_back(Record{.org = rows.text(0), .user = rows.text(1), .kept = {}, .here = Here::No});
        if (!rows.is_null(2)) record.kept.manual = from_string<PresenceStatus>(rows.view(2));
        record.kept.manual_ms = rows.integer(3) / 1000;
        record.kept.alive_ms = rows.integer(4) / 1000;
        record.kept.seen_ms = rows.integer(5) / 1000;
        record.here = rows.integer(6) == 0 ? Here::No : rows.integer(6) == 1 ? Here::Yes : Here::HandedOver;
    }
    return records;
}

std::vector<Record> chosen(store::sql::Session& session) {
    std::vector<Record> records;
    auto rows = session.query(kChosen);
    while (rows.next()) {
        Record& record = records.emplace_back(Record{.org = rows.text(0), .user = rows.text(1), .kept = {}, .here = Here::No});
        if (!rows.is_null(2)) record.kept.manual = from_string<PresenceStatus>(rows.view(2));
        record.kept.manual_ms = rows.integer(3) / 1000;
    }
    return records;
}

}  // namespace desk::presence
