#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sio {
class Socket;
}

namespace sio::detail {

std::uint32_t hash_name(std::string_view name);

/// The members of one room on one loop. One block of memory holds it with its name and its only member; a second member brings an
/// array. Thread: its loop.
class Room {
public:
    static Room* make(std::string_view name, std::uint32_t hash);
    static void destroy(Room* room);
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    std::string_view name() const { return {reinterpret_cast<const char*>(this + 1), name_size_}; }
    std::uint32_t hash() const { return hash_; }
    std::span<Socket* const> members() const { return {capacity_ == 0 ? &only_ : many_, count_}; }

    /// Returns the position it got.
    std::uint32_t add(Socket& member);
    /// Removes the member at `position`; the last one takes its place. Returns that one, or nullptr when none moved.
    Socket* remove(std::uint32_t position);

private:
    Room(std::uint32_t hash, std::uint32_t name_size) : hash_(hash), name_size_(name_size) {}
    ~Room() = default;
    void reallocate(std::uint32_t capacity);

    union {
        Socket* only_ = nullptr;
        Socket** many_;
    };
    std::uint32_t count_ = 0;
    std::uint32_t capacity_ = 0;  // 0: `only_` holds the member
    std::uint32_t hash_;
    std::uint32_t name_size_;
};

struct RoomTraits {
    static std::uint32_t hash(const Room& room) { return room.hash(); }
};

}  // namespace sio::detail
