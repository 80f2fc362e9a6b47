#include "desk/session/directory.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/clock.hpp"
#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

namespace desk {

namespace {

using sio::json::Value;

constexpr std::int64_t kPage = 1000;
constexpr std::string_view kUserKind = "user";
constexpr std::string_view kTokenKind = "token";

std::optional<std::string> text_in(Value value) {
    const auto text = value.string();
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

PersonRecord read_record(Value user) {
    PersonRecord record{.name = text_in(user["name"]).value_or(""),
                        .avatar_url = text_in(user["avatarUrl"]),
                        .role = from_string<Role>(user["role"].string().value_or("")).value_or(Role::Customer),
                        .active = user["active"].boolean().value_or(false),
                        .teams = {},
                        .company = text_in(user["company"]),
                        .version = user["version"].integer().value_or(0)};
    for (const Value team : user["teamIds"].elements()) {
        if (auto id = text_in(team)) record.teams.push_back(std::move(*id));
    }
    return record;
}

store::Revocation read_revocation(Value row) {
    const bool user = row["kind"].string() == kUserKind;
    return {user ? store::Revocation::Kind::User : store::Revocation::Kind::Token, text_in(row["subject"]).value_or(""),
            row["issuedBefore"].integer().value_or(0), row["expiresAt"].integer().value_or(0)};
}

}  // namespace

std::string to_json(const store::Revocation& revocation, std::string_view user) {
    std::string out;
    sio::json::Writer w(out);
    w.begin_object().field("kind", revocation.kind == store::Revocation::Kind::User ? kUserKind : kTokenKind);
    w.field("subject", revocation.subject).field("userId", user).field("issuedBefore", revocation.issued_before);
    w.field("expiresAt", revocation.expires_at_us).end_object();
    return out;
}

std::string Directory::key_of(std::string_view org, std::string_view id) {
    std::string key;
    key.reserve(org.size() + 1 + id.size());
    return key.append(org).append(":").append(id);
}

Result<void> Directory::load(store::Store& store) {
    const auto orgs = store.read_and_wait(
        "", [](const store::Snapshot& snapshot) -> Result<std::vector<std::string>> { return snapshot.orgs().all(); });
    if (!orgs) return std::unexpected(orgs.error());
    for (const std::string& org : *orgs) {
        std::string after;
        for (bool more = true; more;) {
            const auto done = store.read_and_wait(org, [&](const store::Snapshot& snapshot) -> Result<std::size_t> {
                const auto page = snapshot.users().list_records(after, kPage);
                for (const User& user : page) learn(org, user.ref.id, record_of(user));
                if (!page.empty()) after = page.back().ref.id;
                return page.size();
            });
            if (!done) return std::unexpected(done.error());
            more = static_cast<std::int64_t>(*done) == kPage;
        }
        const auto done = store.read_and_wait(org, [&](const store::Snapshot& snapshot) -> Result<bool> {
            for (const auto& revocation : snapshot.revocations().list(snapshot.now_us())) revoke(org, revocation);
            return true;
        });
        if (!done) return std::unexpected(done.error());
    }
    return {};
}

void Directory::follow(const EventRow& row) {
    const bool user = row.name == "user:updated";
    if (!user && row.name != "session:revoked") return;
    thread_local sio::json::Parser parser;
    const auto payload = parser.parse_copy(row.payload);
    if (!payload) return;
    if (user)
        learn(row.org, row.subject, read_record(*payload));
    else
        revoke(row.org, read_revocation(*payload));
}

void Directory::learn(const std::string& org, const std::string& user, PersonRecord record) {
    const std::string key = key_of(org, user);
    Shard& home = shard(key);
    const std::scoped_lock lock(home.mutex);
    auto& known = home.people[key];
    if (known && known->version >= record.version) return;
    if (!known) ++records_;
    known = std::make_shared<const PersonRecord>(std::move(record));
}

void Directory::revoke(const std::string& org, const store::Revocation& revocation) {
    const std::string key = key_of(org, revocation.subject);
    Shard& home = shard(key);
    const std::scoped_lock lock(home.mutex);
    auto& map = revocation.kind == store::Revocation::Kind::User ? home.users : home.tokens;
    const auto [at, fresh] = map.try_emplace(key);
    at->second.issued_before = std::max(at->second.issued_before, revocation.issued_before);
    at->second.expires_at_us = std::max(at->second.expires_at_us, revocation.expires_at_us);
    if (!fresh) return;
    // Now and then those that have run out are put away.
    if (++revocations_ % 1024 == 0) {
        const std::int64_t now_us = sio::unix_ms() * 1000;
        for (auto* each : {&home.users, &home.tokens}) {
            revocations_ -= std::erase_if(*each, [&](const auto& entry) { return entry.second.expires_at_us <= now_us; });
        }
    }
}

bool Directory::is_revoked(const auth::Claims& claims) const {
    if (revocations_ == 0) return false;
    const std::string by_user = key_of(claims.org, claims.sub);
    {
        const Shard& home = shard(by_user);
        const std::scoped_lock lock(home.mutex);
        const auto found = home.users.find(by_user);
        if (found != home.users.end() && claims.iat.value_or(0) < found->second.issued_before) return true;
    }
    if (!claims.jti) return false;
    const std::string by_token = key_of(claims.org, *claims.jti);
    const Shard& home = shard(by_token);
    const std::scoped_lock lock(home.mutex);
    return home.tokens.contains(by_token);
}

Result<IdentityRef> Directory::identify(const auth::Claims& claims) const {
    if (is_revoked(claims)) return fail(Error{ErrorCode::AuthTokenInvalid}.because("REVOKED"));
    auto identity = identity_from(claims);
    const auto record = find(claims.org, claims.sub);
    if (!record) return identity;
    if (!record->active) return fail(Error{ErrorCode::AuthTokenInvalid}.because("INACTIVE"));
    return laid_over(identity->actor, *record);
}

std::shared_ptr<const PersonRecord> Directory::find(std::string_view org, std::string_view user) const {
    if (records_ == 0) return nullptr;
    const std::string key = key_of(org, user);
    const Shard& home = shard(key);
    const std::scoped_lock lock(home.mutex);
    const auto found = home.people.find(key);
    return found == home.people.end() ? nullptr : found->second;
}

}  // namespace desk
