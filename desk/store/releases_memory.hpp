#pragma once

namespace desk::store {

/// What a connection may be besides: one that keeps memory only to be faster the next time, and can give it back.
class ReleasesMemory {
public:
    virtual ~ReleasesMemory() = default;
    /// Pre: no transaction is open. Thread: the connection's.
    virtual void release_memory() noexcept = 0;
};

}  // namespace desk::store
