#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sio/socketio/function_ref.hpp"

namespace sio::detail {

/// Counts, by hash, the rooms a loop has members in, for other loops to ask: no is certain, yes may be a collision. Grows with the rooms.
/// Thread: may_have any, the rest the loop.
class RoomFilter {
public:
    RoomFilter();

    void add(std::uint32_t hash);
    void remove(std::uint32_t hash);
    bool may_have(std::uint32_t hash) const;
    /// Whether so many rooms deserve a larger filter; then rebuild() with the hashes of all of them.
    bool too_small_for(std::size_t rooms) const;
    void rebuild(FunctionRef<void(FunctionRef<void(std::uint32_t hash)>)> for_each_hash);

private:
    struct Cells {
        explicit Cells(std::size_t size) : mask(size - 1), counts(size) {}
        std::size_t mask;
        std::vector<std::atomic<std::uint8_t>> counts;
    };

    std::atomic<const Cells*> current_;
    // Another loop may still read one that was replaced. Each is a quarter of the next, so all of them cost a third more.
    std::vector<std::unique_ptr<Cells>> all_;
};

}  // namespace sio::detail
