#include "desk/auth/key_ring.hpp"

namespace desk::auth {
namespace {

std::atomic<std::uint64_t> last_version = 0;

struct Seen {
    std::uint64_t version = 0;
    std::shared_ptr<const KeySet> keys;
};

}  // namespace

const KeySet& KeyRing::current() const {
    thread_local Seen seen;
    if (seen.version != version_.load(std::memory_order_acquire)) {
        const std::scoped_lock lock(mutex_);
        seen = {version_.load(std::memory_order_relaxed), keys_};
    }
    return *seen.keys;
}

void KeyRing::replace(KeySet keys) {
    auto fresh = std::make_shared<const KeySet>(std::move(keys));
    const std::scoped_lock lock(mutex_);
    keys_ = std::move(fresh);
    version_.store(last_version.fetch_add(1, std::memory_order_relaxed) + 1, std::memory_order_release);
}

}  // namespace desk::auth
