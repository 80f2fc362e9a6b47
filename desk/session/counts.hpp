#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "desk/model/limits.hpp"
#include "desk/session/token_bucket.hpp"

namespace desk {

/// Connections of each user on this server and, once they are shared, on the others. Users are told apart by a 64-bit hash with a key of
/// this process's own.  Thread: any.
class UserCounts {
public:
    /// The other servers. No call may lead back into the counts.
    class Others {
    public:
        /// A user, `org:user`, has so many connections here now; 0: fewer than are told of. Of one user in the order of the changes.
        virtual void tell(const std::string& user, std::uint32_t here) = 0;
        /// Whether what they say is heard; while it is not, their connections do not count.
        virtual bool heard() const = 0;

    protected:
        ~Others() = default;
    };

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

    /// From now on the others are told of each user who has `from` connections here or more. Before the first place is taken.
    void share(Others& others, std::uint32_t from);
    /// Tells them that nobody has any, and then nothing more; theirs do not count any more.
    void stop_sharing();
    /// What all others together say of a user, `org:user`.
    void elsewhere(std::string_view user, std::uint32_t count);

private:
    struct Count {
        std::uint32_t here = 0;
        std::uint32_t elsewhere = 0;
        std::unique_ptr<const std::string> told;  ///< the name of a user of whom the others are told
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::uint64_t, Count> counts;
        Others* others = nullptr;
    };
    Shard& shard(std::uint64_t key) { return shards_[key % shards_.size()]; }
    std::uint64_t key_of(std::string_view org, std::string_view user) const;
    void give_back(std::uint64_t key);

    std::array<Shard, 16> shards_;
    std::uint64_t seed_;
    std::uint32_t told_from_ = 0;
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
