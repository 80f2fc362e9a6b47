#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

namespace sio {

class Socket;

namespace detail {

/// A room of one loop and its members, with its name, in one block of memory.
class Room;

struct Membership {
    Room* room;
    std::uint32_t position;  ///< of the socket among the room's members
};

/// The rooms of one socket: eight bytes while there are none, one exact block after that.
class Memberships {
public:
    Memberships() = default;
    Memberships(const Memberships&) = delete;
    Memberships& operator=(const Memberships&) = delete;
    ~Memberships() { std::free(block_); }  // NOLINT(cppcoreguidelines-no-malloc): realloc grows it in place

    std::span<Membership> all() const { return block_ ? std::span(entries(), block_->count) : std::span<Membership>(); }
    bool empty() const { return !block_ || block_->count == 0; }
    std::uint32_t size() const { return block_ ? block_->count : 0; }
    void push(Membership membership);
    /// The last one takes the place of the one removed.
    void remove(std::size_t index);

private:
    struct Block {
        std::uint32_t count;
        std::uint32_t capacity;
    };
    Membership* entries() const { return reinterpret_cast<Membership*>(block_ + 1); }
    Block* block_ = nullptr;
};

}  // namespace detail
}  // namespace sio
