#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "sio/runtime/frame.hpp"

namespace sio::runtime {

/// First in, first out queue of frames. Two fit inside without an allocation, which is all an idle connection ever needs; a longer
/// one lives on the heap, and what grew big is given back when the queue empties.
/// Thread: one.
class FrameQueue {
public:
    FrameQueue() = default;
    FrameQueue(const FrameQueue&) = delete;
    FrameQueue& operator=(const FrameQueue&) = delete;

    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    /// Pre: index < size().
    const Frame& operator[](std::size_t index) const { return *frames()[head_ + index]; }

    void push(FrameRef frame) {
        if (head_ + size_ == capacity_) make_room();
        frames()[head_ + size_++] = std::move(frame);
    }
    /// Pre: not empty.
    void pop() {
        frames()[head_++] = FrameRef();
        if (--size_ == 0) rewind();
    }
    void clear();

private:
    static constexpr std::uint32_t kInline = 2;
    static constexpr std::uint32_t kKept = 16;

    FrameRef* frames() { return heap_ ? heap_.get() : inline_; }
    const FrameRef* frames() const { return heap_ ? heap_.get() : inline_; }
    void make_room();
    void rewind() {
        head_ = 0;
        if (capacity_ > kKept) give_back();
    }
    void give_back();

    std::unique_ptr<FrameRef[]> heap_;
    FrameRef inline_[kInline];
    std::uint32_t head_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = kInline;
};

}  // namespace sio::runtime
