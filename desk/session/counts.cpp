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
    if (counts_) counts_->give_back(key_);
}

std::uint64_t UserCounts::key_of(std::string_view org, std::string_view user) const { return mix(mix(mix(seed_, org), ":"), user); }

UserCounts::Place UserCounts::take(std::string_view org, std::string_view user, std::uint32_t limit) {
    const std::uint64_t key = key_of(org, user);
    Shard& home = shard(key);
    const std::scoped_lock lock(home.mutex);
    Count& count = home.counts[key];
    const std::uint64_t others = home.others != nullptr && count.elsewhere > 0 && home.others->heard() ? count.elsewhere : 0;
    if (count.here + others >= limit) return {};
    ++count.here;
    if (home.others != nullptr && count.here >= told_from_) {
        if (!count.told) count.told = std::make_unique<const std::string>(std::string(org).append(1, ':').append(user));
        home.others->tell(*count.told, count.here);
    }
    return Place(*this, key);
}

void UserCounts::give_back(std::uint64_t key) {
    Shard& home = shard(key);
    const std::scoped_lock lock(home.mutex);
    const auto found = home.counts.find(key);
    Count& count = found->second;
    --count.here;
    if (count.told) {
        const bool still = count.here >= told_from_;
        home.others->tell(*count.told, still ? count.here : 0);
        if (!still) count.told.reset();
    }
    if (count.here == 0 && count.elsewhere == 0) home.counts.erase(found);
}

void UserCounts::share(Others& others, std::uint32_t from) {
    told_from_ = from;
    for (Shard& each : shards_) {
        const std::scoped_lock lock(each.mutex);
        each.others = &others;
    }
}

void UserCounts::stop_sharing() {
    for (Shard& each : shards_) {
        const std::scoped_lock lock(each.mutex);
        for (auto& [key, count] : each.counts) {
            if (count.told) each.others->tell(*count.told, 0);
            count.told.reset();
        }
        each.others = nullptr;
    }
}

void UserCounts::elsewhere(std::string_view user, std::uint32_t connections) {
    const auto colon = user.find(':');
    if (colon == std::string_view::npos) return;
    const std::uint64_t key = key_of(user.substr(0, colon), user.substr(colon + 1));
    Shard& home = shard(key);
    const std::scoped_lock lock(home.mutex);
    if (connections > 0) {
        home.counts[key].elsewhere = connections;
    } else if (const auto found = home.counts.find(key); found != home.counts.end()) {
        found->second.elsewhere = 0;
        if (found->second.here == 0) home.counts.erase(found);
    }
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
