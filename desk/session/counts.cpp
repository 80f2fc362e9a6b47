#include "desk/session/counts.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "sio/base/ids.hpp"

namespace desk {

namespace {

// A shard forgets whom it has not seen for this long, once it holds this many.
constexpr std::size_t kShardEntries = 4096;
constexpr std::int64_t kQuietMs = 120'000;

/// Looks through a shard only when it has doubled since, so that a flood of new names costs each of them little.
template <class Shard, class Forget>
void sweep(Shard& shard, Forget forget) {
    if (shard.entries.size() < std::max(shard.sweep_at, kShardEntries)) return;
    std::erase_if(shard.entries, [&](const auto& item) { return forget(item.second); });
    shard.sweep_at = shard.entries.size() * 2;
}

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return hash ^ (hash >> 29);
}

}  // namespace

UserCounts::UserCounts() {
    std::array<std::uint8_t, sizeof seed_> bytes;
    sio::random_bytes(bytes);
    seed_ = std::bit_cast<std::uint64_t>(bytes);
}

UserCounts::Place& UserCounts::Place::operator=(Place&& other) noexcept {
    std::swap(counts_, other.counts_);
    std::swap(key_, other.key_);
    return *this;
}

UserCounts::Place::~Place() {
    if (!counts_) return;
    Shard& shard = counts_->shard(key_);
    const std::scoped_lock lock(shard.mutex);
    const auto found = shard.counts.find(key_);
    if (--found->second == 0) shard.counts.erase(found);
}

UserCounts::Place UserCounts::take(std::string_view org, std::string_view user, std::uint32_t limit) {
    const std::uint64_t key = mix(mix(mix(seed_, org), ":"), user);
    Shard& home = shard(key);
    const std::scoped_lock lock(home.mutex);
    std::uint32_t& count = home.counts[key];
    if (count >= limit) return {};
    ++count;
    return Place(*this, key);
}

AddressGuard::Entry& AddressGuard::entry(Shard& shard, std::string_view address, std::int64_t now_ms) {
    sweep(shard, [&](const Entry& one) { return one.seen_ms + kQuietMs < now_ms && one.blocked_until_ms <= now_ms; });
    Entry& found = shard.entries[std::string(address)];
    found.seen_ms = now_ms;
    return found;
}

std::int64_t AddressGuard::may_connect(std::string_view address, std::int64_t now_ms) {
    Shard& home = shard(address);
    const std::scoped_lock lock(home.mutex);
    Entry& known = entry(home, address, now_ms);
    if (known.blocked_until_ms > now_ms) return known.blocked_until_ms - now_ms;
    if (!known.connects.take(limits_.connects, now_ms)) return known.connects.retry_after_ms(limits_.connects);
    return 0;
}

std::int64_t AddressGuard::blocked_for(std::string_view address, std::int64_t now_ms) {
    Shard& home = shard(address);
    const std::scoped_lock lock(home.mutex);
    const auto found = home.entries.find(std::string(address));
    return found == home.entries.end() ? 0 : std::max<std::int64_t>(0, found->second.blocked_until_ms - now_ms);
}

void AddressGuard::failed(std::string_view address, std::int64_t now_ms) {
    Shard& home = shard(address);
    const std::scoped_lock lock(home.mutex);
    Entry& known = entry(home, address, now_ms);
    if (!known.failures.take(limits_.failed_auth, now_ms)) known.blocked_until_ms = now_ms + limits_.failed_auth_block.count();
}

std::int64_t KeyedBuckets::take(std::string_view org, std::string_view user, const RateLimit& limit, std::int64_t now_ms) {
    Shard& home = shards_[std::hash<std::string_view>{}(user) % shards_.size()];
    const std::scoped_lock lock(home.mutex);
    sweep(home, [&](const Entry& one) { return one.seen_ms + kQuietMs < now_ms; });
    home.key.assign(org).append(":").append(user);
    Entry& known = home.entries[home.key];
    known.seen_ms = now_ms;
    return known.bucket.take(limit, now_ms) ? 0 : known.bucket.retry_after_ms(limit);
}

}  // namespace desk
