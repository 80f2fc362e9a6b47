#include "sio/runtime/frame.hpp"

#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

namespace sio::runtime {

FrameRef Frame::make(std::string_view header, std::string_view payload) {
    constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max();
    if (header.size() > kMax || payload.size() > kMax - header.size()) throw std::length_error("frame over 4 GiB");
    void* memory = std::malloc(sizeof(Frame) + header.size() + payload.size());
    if (memory == nullptr) throw std::bad_alloc();
    const auto* frame = new (memory)
        Frame(static_cast<std::uint32_t>(header.size()), static_cast<std::uint32_t>(header.size() + payload.size()));
    char* bytes = static_cast<char*>(memory) + sizeof(Frame);
    if (!header.empty()) std::memcpy(bytes, header.data(), header.size());
    if (!payload.empty()) std::memcpy(bytes + header.size(), payload.data(), payload.size());
    return FrameRef(frame);
}

FrameRef Frame::make(std::string_view payload) { return make({}, payload); }

void Frame::destroy(const Frame* frame) {
    frame->~Frame();
    std::free(const_cast<Frame*>(frame));
}

}  // namespace sio::runtime
