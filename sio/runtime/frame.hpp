#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace sio::runtime {

class FrameRef;

/// Immutable bytes with an atomic count, shared by every connection they go to, on any loop. One allocation holds all.
/// A frame has two parts: `header` (the websocket frame header, may be empty) and `payload` (what a polling answer carries),
/// so that one encoding serves both transports.
/// Thread: any.
class Frame {
public:
    /// Copies header and payload into one new frame. Together at most 4 GiB - 1 (std::length_error).
    static FrameRef make(std::string_view header, std::string_view payload);
    static FrameRef make(std::string_view payload);

    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

    std::string_view bytes() const { return {data(), size_}; }
    std::string_view header() const { return {data(), header_}; }
    std::string_view payload() const { return {data() + header_, size_ - header_}; }

private:
    friend class FrameRef;
    Frame(std::uint32_t header, std::uint32_t size) : header_(header), size_(size) {}
    ~Frame() = default;
    const char* data() const { return reinterpret_cast<const char*>(this + 1); }
    static void destroy(const Frame* frame);

    mutable std::atomic<std::uint32_t> count_{1};
    std::uint32_t header_;
    std::uint32_t size_;
};

/// Counted pointer to a Frame. Eight bytes.
class FrameRef {
public:
    FrameRef() = default;
    FrameRef(const FrameRef& other) : frame_(other.frame_) {
        if (frame_) frame_->count_.fetch_add(1, std::memory_order_relaxed);
    }
    FrameRef(FrameRef&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    FrameRef& operator=(FrameRef other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~FrameRef() {
        if (frame_ && frame_->count_.fetch_sub(1, std::memory_order_acq_rel) == 1) Frame::destroy(frame_);
    }

    const Frame* operator->() const { return frame_; }
    const Frame& operator*() const { return *frame_; }
    explicit operator bool() const { return frame_ != nullptr; }
    /// Whether both are the same frame, not only the same bytes.
    bool operator==(const FrameRef& other) const = default;

private:
    friend class Frame;
    explicit FrameRef(const Frame* adopted) : frame_(adopted) {}
    const Frame* frame_ = nullptr;
};

}  // namespace sio::runtime
