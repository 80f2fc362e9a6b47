#include "desk/store/people_repository.hpp"

#include "desk/store/columns.hpp"

namespace desk::store {
namespace {

constexpr sql::Sql kFindOrg{"SELECT id, name, timezone, visibility, share_company_tickets, version FROM orgs WHERE id = ?1"};
constexpr sql::Sql kAllOrgs{"SELECT id FROM orgs ORDER BY id"};
constexpr sql::Sql kFirstOrgs{"SELECT id FROM orgs ORDER BY id LIMIT ?1"};
constexpr sql::Sql kAddOrg{
    "INSERT INTO orgs (id, name, timezone, visibility, share_company_tickets, version, created_at) VALUES (?1, ?1, 'UTC', 'org', 0, 1, ?2) "
    "ON CONFLICT (id) DO NOTHING"};
constexpr sql::Sql kSaveOrg{
    "INSERT INTO orgs (id, name, timezone, visibility, share_company_tickets, version, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, timezone = excluded.timezone, visibility = excluded.visibility, "
    "share_company_tickets = excluded.share_company_tickets, version = excluded.version"};

constexpr sql::Sql kFindUser{
    "SELECT id, name, avatar_url, role, email, company, team_ids, active, locale, timezone, source, claims_iat, version, updated_at "
    "FROM users WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kListUsers{
    "SELECT id, name, avatar_url, role, email, company, team_ids, active, locale, timezone, source, claims_iat, version, updated_at "
    "FROM users WHERE org = ?1 AND id > ?2 ORDER BY id LIMIT ?3"};
constexpr sql::Sql kListByRole{
    "SELECT id, name, avatar_url, role, email, company, team_ids, active, locale, timezone, source, claims_iat, version, updated_at "
    "FROM users WHERE org = ?1 AND id > ?2 AND role = ?4 ORDER BY id LIMIT ?3"};
constexpr sql::Sql kListStaff{
    "SELECT id, name, avatar_url, role, email, company, team_ids, active, locale, timezone, source, claims_iat, version, updated_at "
    "FROM users WHERE org = ?1 AND id > ?2 AND role IN ('admin', 'agent', 'bot') AND active = 1 ORDER BY id LIMIT ?3"};
constexpr sql::Sql kListRecords{
    "SELECT id, name, avatar_url, role, email, company, team_ids, active, locale, timezone, source, claims_iat, version, updated_at "
    "FROM users WHERE org = ?1 AND id > ?2 AND source = 'record' ORDER BY id LIMIT ?3"};
constexpr sql::Sql kStaff{
    "SELECT id, name, avatar_url, role, email, company, team_ids, active, locale, timezone, source, claims_iat, version, updated_at "
    "FROM users WHERE org = ?1 AND role IN ('admin', 'agent') AND active = 1 ORDER BY id"};
constexpr sql::Sql kFindRef{"SELECT id, name, avatar_url, role FROM users WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kSaveUser{
    "INSERT INTO users (org, id, name, avatar_url, role, email, company, team_ids, active, locale, timezone, source, claims_iat, version, "
    "updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (org, id) DO UPDATE SET "
    "name = excluded.name, avatar_url = excluded.avatar_url, role = excluded.role, email = excluded.email, company = excluded.company, "
    "team_ids = excluded.team_ids, active = excluded.active, locale = excluded.locale, timezone = excluded.timezone, "
    "source = excluded.source, claims_iat = excluded.claims_iat, version = excluded.version, updated_at = excluded.updated_at"};

constexpr sql::Sql kPublishedVersion{"SELECT published_version FROM users WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kSetPublishedVersion{"UPDATE users SET published_version = ?3 WHERE org = ?1 AND id = ?2"};

constexpr sql::Sql kFindTeam{"SELECT id, name, version FROM teams WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kListTeams{"SELECT id, name, version FROM teams WHERE org = ?1 ORDER BY id"};
constexpr sql::Sql kPageTeams{"SELECT id, name, version FROM teams WHERE org = ?1 AND id > ?2 ORDER BY id LIMIT ?3"};
constexpr sql::Sql kAddTeam{"INSERT INTO teams (org, id, name, version) VALUES (?1, ?2, ?2, 1) ON CONFLICT (org, id) DO NOTHING"};
constexpr sql::Sql kSaveTeam{
    "INSERT INTO teams (org, id, name, version) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (org, id) DO UPDATE SET name = excluded.name, version = excluded.version"};

User read_user(const sql::Rows& row, std::string_view org) {
    User user;
    user.ref = {row.text(0), row.text(1), row.maybe_text(2), word<Role>(row, 3)};
    user.org = org;
    user.email = row.maybe_text(4);
    user.company = row.maybe_text(5);
    user.teams = string_list(row.view(6));
    user.active = row.flag(7);
    user.locale = row.maybe_text(8);
    user.timezone = row.maybe_text(9);
    user.source = word<UserSource>(row, 10);
    user.claims_iat = row.integer(11);
    user.version = row.integer(12);
    user.updated_at_us = row.integer(13);
    return user;
}

std::vector<User> read_users(sql::Rows rows, std::string_view org) {
    std::vector<User> out;
    while (rows.next()) out.push_back(read_user(rows, org));
    return out;
}

Team read_team(const sql::Rows& row) { return {row.text(0), row.text(1), row.integer(2)}; }

std::vector<Team> read_teams(sql::Rows rows) {
    std::vector<Team> out;
    while (rows.next()) out.push_back(read_team(rows));
    return out;
}

}  // namespace

std::optional<Org> Orgs::find() const {
    auto row = session_.query(kFindOrg, org_);
    if (!row.next()) return std::nullopt;
    return Org{row.text(0), row.text(1), row.text(2), word<AgentScope>(row, 3), row.flag(4), row.integer(5)};
}

AccessRules Orgs::rules() const {
    const auto org = find();
    return org ? rules_of(*org) : AccessRules{};
}

std::vector<std::string> Orgs::all() const {
    std::vector<std::string> out;
    auto rows = session_.query(kAllOrgs);
    while (rows.next()) out.push_back(rows.text(0));
    return out;
}

std::vector<std::string> Orgs::first(std::int64_t limit) const {
    std::vector<std::string> out;
    auto rows = session_.query(kFirstOrgs, limit);
    while (rows.next()) out.push_back(rows.text(0));
    return out;
}

void Orgs::insert_if_absent(std::int64_t now_us) { session_.run(kAddOrg, org_, now_us); }

void Orgs::save(const Org& org) {
    session_.run(kSaveOrg, org_, org.name, org.timezone, to_string(org.visibility), org.share_company_tickets, org.version);
}

std::optional<User> Users::find(std::string_view id) const {
    auto row = session_.query(kFindUser, org_, id);
    if (!row.next()) return std::nullopt;
    return read_user(row, org_);
}

std::optional<UserRef> Users::find_ref(std::string_view id) const {
    auto row = session_.query(kFindRef, org_, id);
    if (!row.next()) return std::nullopt;
    return user_ref(row, 0);
}

std::vector<User> Users::list(std::string_view after, std::int64_t limit) const {
    return read_users(session_.query(kListUsers, org_, after, limit), org_);
}

std::vector<User> Users::list(Role role, std::string_view after, std::int64_t limit) const {
    return read_users(session_.query(kListByRole, org_, after, limit, to_string(role)), org_);
}

std::vector<User> Users::list_staff(std::string_view after, std::int64_t limit) const {
    return read_users(session_.query(kListStaff, org_, after, limit), org_);
}

std::vector<User> Users::list_records(std::string_view after, std::int64_t limit) const {
    return read_users(session_.query(kListRecords, org_, after, limit), org_);
}

std::vector<User> Users::staff() const { return read_users(session_.query(kStaff, org_), org_); }

void Users::save(const User& u) {
    const std::string teams = to_json_list(u.teams);
    session_.run(kSaveUser, org_, u.ref.id, u.ref.name, u.ref.avatar_url, to_string(u.ref.role), u.email, u.company, teams, u.active,
                 u.locale, u.timezone, to_string(u.source), u.claims_iat, u.version, u.updated_at_us);
}

std::optional<std::int64_t> Users::published_version(std::string_view id) const {
    auto row = session_.query(kPublishedVersion, org_, id);
    return row.next() ? row.maybe_integer(0) : std::nullopt;
}

void Users::set_published_version(std::string_view id, std::int64_t version) { session_.run(kSetPublishedVersion, org_, id, version); }

std::optional<Team> Teams::find(std::string_view id) const {
    auto row = session_.query(kFindTeam, org_, id);
    if (!row.next()) return std::nullopt;
    return read_team(row);
}

std::vector<Team> Teams::list() const { return read_teams(session_.query(kListTeams, org_)); }

std::vector<Team> Teams::list(std::string_view after, std::int64_t limit) const {
    return read_teams(session_.query(kPageTeams, org_, after, limit));
}

void Teams::insert_if_absent(std::string_view id) { session_.run(kAddTeam, org_, id); }

void Teams::save(const Team& team) { session_.run(kSaveTeam, org_, team.id, team.name, team.version); }

}  // namespace desk::store
