#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace sio::runtime {

/// Bytes waiting for more behind them: grows at the back, is consumed at the front, holds no memory when empty, and always has
/// kSlack readable zero bytes or more behind its end. 16 bytes when empty. At most 4 GiB - 1.
/// Thread: one.
class ByteRun {
public:
    static constexpr std::size_t kSlack = 64;

    ByteRun() = default;
    ByteRun(ByteRun&& other) noexcept;
    ByteRun& operator=(ByteRun&& other) noexcept;

    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    char* data() { return data_.get(); }

    void append(std::string_view bytes);
    void prepend(std::string_view bytes);
    /// Room for `bytes` behind the end, to be written to and then counted in by grow(). The run may move.
    char* room(std::size_t bytes);
    void grow(std::size_t bytes) { size_ += static_cast<std::uint32_t>(bytes); }
    /// Drops bytes at the front; gives the memory back when none are left.
    void consume(std::size_t bytes);
    void clear();

private:
    struct Free {
        void operator()(char* memory) const { std::free(memory); }
    };
    std::unique_ptr<char, Free> data_;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

}  // namespace sio::runtime
