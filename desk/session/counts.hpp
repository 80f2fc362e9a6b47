#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "desk/model/limits.hpp"
#include "desk/session/token_bucket.hpp"

namespace desk {

/// Connections of each user on this server. Users are told apart by a 64-bit hash with a key of this process's own.  Thread: any.
class UserCounts {
public:
    UserCounts();

    /// Holds one connection's place until destroyed.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept : counts_(std::exchange(other.counts_, nullptr)), key_(other.key_) {}
        Place& operator=(Place&& other) noexcept;
        ~Place();
        explicit operator bool() const { return counts_ != nullptr; }

    private:
        friend class UserCounts;
        Place(UserCounts& counts, std::uint64_t key) : counts_(&counts), key_(key) {}
        UserCounts* counts_ = nullptr;
        std::uint64_t key_ = 0;
    };

    /// Empty when the user has `limit` connections already.
    Place take(std::string_view org, std::string_view user, std::uint32_t limit);

private:
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, std::uint32_t> counts;
    };
    Shard& shard(std::uint64_t key) { return shards_[key % shards_.size()]; }

    std::array<Shard, 16> shards_;
    std::uint64_t seed_;
};

/// How often an address may connect, and how often it may present bad tokens before it has to wait.  Thread: any.
class AddressGuard {
public:
    explicit AddressGuard(const Limits& limits) : limits_(limits) {}

    /// Milliseconds to wait; 0: come in.
    std::int64_t may_connect(std::string_view address, std::int64_t now_ms);
    void failed(std::string_view address, std::int64_t now_ms);
    /// Milliseconds that an address with too many bad tokens still has to wait.
    std::int64_t blocked_for(std::string_view address, std::int64_t now_ms);

private:
    struct Entry {
        TokenBucket connects;
        TokenBucket failures;
        std::int64_t blocked_until_ms = 0;
        std::int64_t seen_ms = 0;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Entry> entries;
        std::size_t sweep_at = 0;  // entries
    };
    Entry& entry(Shard& shard, std::string_view address, std::int64_t now_ms);
    Shard& shard(std::string_view address) { return shards_[std::hash<std::string_view>{}(address) % shards_.size()]; }

    const Limits& limits_;
    std::array<Shard, 16> shards_;
};

/// One token bucket for each key (a user, an API key), forgotten when quiet.  Thread: any.
class KeyedBuckets {
public:
    /// 0: a token was taken. Else milliseconds until there will be one.
    std::int64_t take(std::string_view org, std::string_view user, const RateLimit& limit, std::int64_t now_ms);

private:
    struct Entry {
        TokenBucket bucket;
        std::int64_t seen_ms = 0;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Entry> entries;
        std::size_t sweep_at = 0;  // entries
        std::string key;           // scratch
    };
    std::array<Shard, 16> shards_;
};

}  // namespace desk
