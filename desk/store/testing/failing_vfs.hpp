#pragma once

#include <atomic>

namespace desk::store::testing {

/// An SQLite VFS named `failing` over the default one. While a countdown is 0 every such call fails with an I/O error; a positive one
/// counts calls down to that point; negative: all is well. Registered by its first use.
struct FailingVfs {
    std::atomic<int> syncs_left{-1};
    std::atomic<int> writes_left{-1};

    void heal() { syncs_left = writes_left = -1; }

    static FailingVfs& instance();
    static constexpr const char* kName = "failing";

private:
    FailingVfs();
};

}  // namespace desk::store::testing
