#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "desk/auth/claims.hpp"
#include "desk/model/error.hpp"
#include "desk/model/event.hpp"
#include "desk/session/identity.hpp"
#include "desk/store/doors.hpp"
#include "desk/store/store.hpp"
#include "sio/base/string_map.hpp"

namespace desk {

/// What the store says of people beyond their tokens, in memory, so that a CONNECT or a request never waits for the store: user records,
/// which beat claims, and revocations. Loaded at the start, then kept by the rows of the log, of which every server gets all.
/// A user without a record costs nothing. Bounded by its doors: what would be too much is not written (`full`).  Thread: any.
class Directory {
public:
    struct Bounds {
        std::size_t records = 1'000'000;
        std::size_t revocations = 200'000;
    };
    Directory() = default;
    explicit Directory(Bounds bounds) : bounds_(bounds) {}

    /// Reads everything, at the start, before anybody is served. Errors: the store's.
    Result<void> load(store::Store& store);

    /// Follows a row: `user:updated`, `session:revoked`; any other is none of its business. Rows may come twice and in any order.
    void follow(const EventRow& row);
    /// A record; one older than what is known changes nothing.
    void learn(const std::string& org, const std::string& user, PersonRecord record);
    void revoke(const std::string& org, const store::Revocation& revocation);

    /// Who holds this verified token: its claims with the record laid over them.
    /// Errors: AuthTokenInvalid {reason: REVOKED or INACTIVE}.
    Result<IdentityRef> identify(const auth::Claims& claims) const;
    /// Null when there is no record.
    std::shared_ptr<const PersonRecord> find(std::string_view org, std::string_view user) const;

    bool records_full() const { return records_ >= bounds_.records; }
    bool revocations_full() const { return revocations_ >= bounds_.revocations; }

private:
    struct Revoked {
        std::int64_t issued_before = 0;  ///< seconds; of users
        std::int64_t expires_at_us = 0;
    };
    /// Keys are `org:id`: no id holds a colon, so the first one parts them, whatever a jti holds.
    struct Shard {
        mutable std::mutex mutex;
        sio::StringMap<std::shared_ptr<const PersonRecord>> people;
        sio::StringMap<Revoked> users;
        sio::StringMap<Revoked> tokens;
    };
    static std::string key_of(std::string_view org, std::string_view id);
    Shard& shard(std::string_view key) { return shards_[sio::StringHash{}(key) % shards_.size()]; }
    const Shard& shard(std::string_view key) const { return shards_[sio::StringHash{}(key) % shards_.size()]; }
    bool is_revoked(const auth::Claims& claims) const;

    Bounds bounds_;
    std::array<Shard, 16> shards_;
    std::atomic<std::size_t> records_{0};
    std::atomic<std::size_t> revocations_{0};
};

/// What `session:revoked` rows carry: an admin has taken tokens back (domain.md 3.8). Nobody is told the row itself.
std::string to_json(const store::Revocation& revocation, std::string_view user);

}  // namespace desk
