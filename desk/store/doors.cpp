#include "desk/store/doors.hpp"

#include <algorithm>

#include "desk/store/columns.hpp"

namespace desk::store {
namespace {

constexpr sql::Sql kFindAnswer{
    "SELECT request_hash, status, response FROM idempotency_keys WHERE holder = ?1 AND key = ?2 AND expires_at > ?3"};
constexpr sql::Sql kAddAnswer{
    "INSERT INTO idempotency_keys (holder, key, request_hash, status, response, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (holder, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status, "
    "response = excluded.response, expires_at = excluded.expires_at"};

constexpr sql::Sql kFindKey{"SELECT id, name, hash, scopes, orgs, created_at FROM api_keys WHERE hash = ?1"};
constexpr sql::Sql kListKeys{"SELECT id, name, hash, scopes, orgs, created_at FROM api_keys ORDER BY id"};
constexpr sql::Sql kAddKey{"INSERT INTO api_keys (id, name, hash, scopes, orgs, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
constexpr sql::Sql kFindKeyById{"SELECT id, name, hash, scopes, orgs, created_at FROM api_keys WHERE id = ?1"};
constexpr sql::Sql kListKeysAfter{"SELECT id, name, hash, scopes, orgs, created_at FROM api_keys WHERE id > ?1 ORDER BY id"};
constexpr sql::Sql kCountKeys{"SELECT COUNT(*) FROM api_keys"};
constexpr sql::Sql kBindKey{"UPDATE api_keys SET orgs = ?2 WHERE id = ?1"};
constexpr sql::Sql kDropKey{"DELETE FROM api_keys WHERE id = ?1"};
constexpr sql::Sql kKeysRevision{"SELECT revision FROM api_key_changes WHERE id = 1"};
constexpr sql::Sql kKeysChanged{
    "INSERT INTO api_key_changes (id, revision) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET revision = api_key_changes.revision + 1"};

constexpr sql::Sql kListRevocations{
    "SELECT kind, subject, issued_before, expires_at FROM revocations WHERE org = ?1 AND expires_at > ?2 ORDER BY kind, subject"};
constexpr sql::Sql kSaveRevocation{
    "INSERT INTO revocations (org, kind, subject, issued_before, expires_at) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (org, kind, subject) DO UPDATE SET "
    "issued_before = CASE WHEN excluded.issued_before > revocations.issued_before THEN excluded.issued_before ELSE "
    "revocations.issued_before END, "
    "expires_at = CASE WHEN excluded.expires_at > revocations.expires_at THEN excluded.expires_at ELSE revocations.expires_at END"};

ApiKey read_key(const sql::Rows& row) {
    return {row.text(0), row.text(1), row.text(2), string_list(row.view(3)), string_list(row.view(4)), row.integer(5)};
}

}  // namespace

std::string IdempotencyKeys::full_holder(std::string_view holder) const {
    // No id holds a colon, so no two pairs make one text.
    std::string out(org_);
    return out.append(":").append(holder);
}

std::optional<StoredAnswer> IdempotencyKeys::find(std::string_view holder, std::string_view key, std::int64_t now_us) const {
    const std::string full = full_holder(holder);
    auto row = session_.query(kFindAnswer, full, key, now_us);
    if (!row.next()) return std::nullopt;
    return StoredAnswer{row.text(0), row.integer(1), row.text(2)};
}

void IdempotencyKeys::insert(std::string_view holder, std::string_view key, const StoredAnswer& answer, std::int64_t expires_at_us) {
    const std::string full = full_holder(holder);
    session_.run(kAddAnswer, full, key, answer.request_hash, answer.status, answer.body, expires_at_us);
}

std::optional<ApiKey> ApiKeys::find_by_hash(std::string_view hash) const {
    auto row = session_.query(kFindKey, hash);
    if (!row.next()) return std::nullopt;
    return read_key(row);
}

std::vector<ApiKey> ApiKeys::list() const {
    std::vector<ApiKey> out;
    auto rows = session_.query(kListKeys);
    while (rows.next()) out.push_back(read_key(rows));
    return out;
}

std::optional<ApiKey> ApiKeys::find(std::string_view id) const {
    auto row = session_.query(kFindKeyById, id);
    if (!row.next()) return std::nullopt;
    return read_key(row);
}

std::vector<ApiKey> ApiKeys::list(std::string_view org, std::string_view after, std::int64_t limit) const {
    // There are few keys, of which few are other orgs'.
    std::vector<ApiKey> out;
    auto rows = session_.query(kListKeysAfter, after);
    while (static_cast<std::int64_t>(out.size()) < limit && rows.next()) {
        ApiKey key = read_key(rows);
        if (std::ranges::find(key.orgs, org) != key.orgs.end()) out.push_back(std::move(key));
    }
    return out;
}

std::int64_t ApiKeys::count() const {
    auto row = session_.query(kCountKeys);
    return row.next() ? row.integer(0) : 0;
}

std::int64_t ApiKeys::revision() const {
    auto row = session_.query(kKeysRevision);
    return row.next() ? row.integer(0) : 0;
}

void ApiKeys::changed() { session_.run(kKeysChanged); }

void ApiKeys::set_orgs(std::string_view id, const std::vector<std::string>& orgs) {
    const std::string list = to_json_list(orgs);
    session_.run(kBindKey, id, list);
    changed();
}

void ApiKeys::insert(const ApiKey& key) {
    const std::string scopes = to_json_list(key.scopes);
    const std::string orgs = to_json_list(key.orgs);
    session_.run(kAddKey, key.id, key.name, key.hash, scopes, orgs, key.created_at_us);
    changed();
}

bool ApiKeys::remove(std::string_view id) {
    if (session_.run(kDropKey, id) == 0) return false;
    changed();
    return true;
}

std::vector<Revocation> Revocations::list(std::int64_t now_us) const {
    std::vector<Revocation> out;
    auto rows = session_.query(kListRevocations, org_, now_us);
    while (rows.next()) {
        const auto kind = rows.view(0) == "user" ? Revocation::Kind::User : Revocation::Kind::Token;
        out.push_back({kind, rows.text(1), rows.integer(2), rows.integer(3)});
    }
    return out;
}

void Revocations::save(const Revocation& revocation) {
    session_.run(kSaveRevocation, org_, revocation.kind == Revocation::Kind::User ? "user" : "token", revocation.subject,
                 revocation.issued_before, revocation.expires_at_us);
}

}  // namespace desk::store
