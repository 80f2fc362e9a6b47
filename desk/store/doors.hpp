#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/error.hpp"
#include "desk/store/sql.hpp"

/// Rows that stand at the doors: requests already done, keys of backends, tokens taken back. Errors: see Session.
namespace desk::store {

/// What a POST with an Idempotency-Key was answered (domain.md 4). Found and written in the transaction of the command itself, so a key
/// is there exactly when its effect is, and two requests with one key run one after the other.
struct StoredAnswer {
    std::string request_hash;
    std::int64_t status = 0;
    std::string body;
};

class IdempotencyKeys {
public:
    IdempotencyKeys(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    /// `holder` is the user or API key; keys of others are others' keys. One that has run out is not found.
    std::optional<StoredAnswer> find(std::string_view holder, std::string_view key, std::int64_t now_us) const;
    void insert(std::string_view holder, std::string_view key, const StoredAnswer& answer, std::int64_t expires_at_us);

private:
    std::string full_holder(std::string_view holder) const;
    sql::Session& session_;
    std::string_view org_;
};

/// A backend's key; only its hash is kept.
struct ApiKey {
    std::string id;
    std::string name;
    std::string hash;
    std::vector<std::string> scopes;  ///< publish, admin, read
    std::vector<std::string> orgs;
    std::int64_t created_at_us = 0;
};

class ApiKeys {
public:
    explicit ApiKeys(sql::Session& session) : session_(session) {}
    std::optional<ApiKey> find_by_hash(std::string_view hash) const;
    std::optional<ApiKey> find(std::string_view id) const;
    std::vector<ApiKey> list() const;
    /// Those bound to the org, by id after `after`.
    std::vector<ApiKey> list(std::string_view org, std::string_view after, std::int64_t limit) const;
    std::int64_t count() const;
    void insert(const ApiKey& key);
    void set_orgs(std::string_view id, const std::vector<std::string>& orgs);
    bool remove(std::string_view id);
    /// Grows with every change of a key, so that others see when to read them again.
    std::int64_t revision() const;

private:
    void changed();
    sql::Session& session_;
};

/// A token, or all of a user's tokens issued before a time, that are good no more.
struct Revocation {
    enum class Kind : std::uint8_t { Token, User };
    Kind kind = Kind::Token;
    std::string subject;             ///< jti or user id
    std::int64_t issued_before = 0;  ///< seconds; of users
    std::int64_t expires_at_us = 0;  ///< when the last such token has expired anyway
};

class Revocations {
public:
    Revocations(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::vector<Revocation> list(std::int64_t now_us) const;
    /// Of two for a user the later time stays.
    void save(const Revocation& revocation);

private:
    sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::store
