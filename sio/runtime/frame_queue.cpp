#include "sio/runtime/frame_queue.hpp"

#include <algorithm>

namespace sio::runtime {

void FrameQueue::make_room() {
    // Moving down is paid for by the pops that made the gap; growing doubles. Either way a push costs constant time on average.
    if (head_ >= capacity_ / 2 && head_ > 0) {
        FrameRef* const begin = frames();
        std::move(begin + head_, begin + head_ + size_, begin);
        head_ = 0;
        return;
    }
    const std::uint32_t capacity = std::max<std::uint32_t>(capacity_ * 2, 8);
    auto grown = std::make_unique<FrameRef[]>(capacity);
    std::move(frames() + head_, frames() + head_ + size_, grown.get());
    heap_ = std::move(grown);
    capacity_ = capacity;
    head_ = 0;
}

void FrameQueue::give_back() {
    heap_.reset();
    capacity_ = kInline;
}

void FrameQueue::clear() {
    FrameRef* const begin = frames() + head_;
    std::fill(begin, begin + size_, FrameRef());
    head_ = size_ = 0;
    if (heap_) give_back();
}

}  // namespace sio::runtime
