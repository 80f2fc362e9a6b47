#include "sio/socketio/memberships.hpp"

#include <new>

namespace sio::detail {

void Memberships::push(Membership membership) {
    if (block_ == nullptr || block_->count == block_->capacity) {
        const std::uint32_t count = size();
        const std::uint32_t capacity = count == 0 ? 1 : count + (count + 1) / 2;
        // NOLINTNEXTLINE(cppcoreguidelines-no-malloc)
        void* const grown = std::realloc(block_, sizeof(Block) + capacity * sizeof(Membership));
        if (grown == nullptr) throw std::bad_alloc();
        block_ = static_cast<Block*>(grown);
        block_->count = count;
        block_->capacity = capacity;
    }
    entries()[block_->count++] = membership;
}

void Memberships::remove(std::size_t index) {
    entries()[index] = entries()[--block_->count];
    if (block_->count > 0) return;
    std::free(block_);  // NOLINT(cppcoreguidelines-no-malloc)
    block_ = nullptr;
}

}  // namespace sio::detail
