#include "sio/runtime/byte_run.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace sio::runtime {

ByteRun::ByteRun(ByteRun&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}

ByteRun& ByteRun::operator=(ByteRun&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
}

char* ByteRun::room(std::size_t bytes) {
    const std::size_t needed = size_ + bytes;
    if (needed > capacity_) {
        if (bytes > std::numeric_limits<std::uint32_t>::max() / 2 || needed > std::numeric_limits<std::uint32_t>::max() / 2) {
            throw std::length_error("unread bytes over 2 GiB");
        }
        const std::size_t capacity = std::bit_ceil(std::max<std::size_t>(needed, 64));
        void* const memory = std::realloc(data_.get(), capacity + kSlack);
        if (memory == nullptr) throw std::bad_alloc();
        static_cast<void>(data_.release());
        data_.reset(static_cast<char*>(memory));
        // Readers look at the slack only to throw it away, but it must be memory that was written.
        std::memset(data_.get() + size_, 0, capacity + kSlack - size_);
        capacity_ = static_cast<std::uint32_t>(capacity);
    }
    return data_.get() + size_;
}

void ByteRun::append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
    grow(bytes.size());
}

void ByteRun::prepend(std::string_view bytes) {
    if (bytes.empty()) return;
    room(bytes.size());
    std::memmove(data_.get() + bytes.size(), data_.get(), size_);
    std::memcpy(data_.get(), bytes.data(), bytes.size());
    grow(bytes.size());
}

void ByteRun::consume(std::size_t bytes) {
    if (bytes >= size_) return clear();
    std::memmove(data_.get(), data_.get() + bytes, size_ - bytes);
    size_ -= static_cast<std::uint32_t>(bytes);
}

void ByteRun::clear() {
    data_.reset();
    size_ = capacity_ = 0;
}

}  // namespace sio::runtime
