#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "desk/auth/key.hpp"

namespace desk::auth {

/// A key set that can be replaced while others read it. Each set is immutable; a reader takes neither lock nor count as long as its thread
/// has seen the newest one.  Thread: any, concurrently.
class KeyRing {
public:
    explicit KeyRing(KeySet keys) { replace(std::move(keys)); }
    KeyRing(const KeyRing&) = delete;
    KeyRing& operator=(const KeyRing&) = delete;

    /// The newest set. Lives until the calling thread's next call on any ring.
    const KeySet& current() const;
    void replace(KeySet keys);

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const KeySet> keys_;      // guarded by mutex_
    std::atomic<std::uint64_t> version_ = 0;  // of keys_; no two sets of the process share one
};

}  // namespace desk::auth
