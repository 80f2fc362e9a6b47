#include "sio/socketio/room.hpp"

#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>

namespace sio::detail {

std::uint32_t hash_name(std::string_view name) {
    const std::size_t hash = std::hash<std::string_view>()(name);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

// NOLINTBEGIN(cppcoreguidelines-no-malloc): the name follows the object in its block, and realloc grows the members in place.

Room* Room::make(std::string_view name, std::uint32_t hash) {
    void* const block = std::malloc(sizeof(Room) + name.size());
    if (block == nullptr) throw std::bad_alloc();
    Room* const room = new (block) Room(hash, static_cast<std::uint32_t>(name.size()));
    std::memcpy(static_cast<char*>(block) + sizeof(Room), name.data(), name.size());
    return room;
}

void Room::destroy(Room* room) {
    if (room->capacity_ > 0) std::free(room->many_);
    room->~Room();
    std::free(room);
}

std::uint32_t Room::add(Socket& member) {
    if (count_ == 0 && capacity_ == 0) {
        only_ = &member;
        return count_++;
    }
    if (capacity_ == 0) {
        Socket* const first = only_;
        auto* const many = static_cast<Socket**>(std::malloc(2 * sizeof(Socket*)));
        if (many == nullptr) throw std::bad_alloc();
        many[0] = first;
        many_ = many;
        capacity_ = 2;
    } else if (count_ == capacity_) {
        reallocate(capacity_ * 2);
    }
    many_[count_] = &member;
    return count_++;
}

Socket* Room::remove(std::uint32_t position) {
    const std::uint32_t last = --count_;
    if (capacity_ == 0) return nullptr;
    Socket* const moved = position == last ? nullptr : many_[last];
    if (moved != nullptr) many_[position] = moved;
    if (capacity_ > 8 && count_ * 4 < capacity_) reallocate(capacity_ / 2);
    return moved;
}

void Room::reallocate(std::uint32_t capacity) {
    void* const block = std::realloc(many_, capacity * sizeof(Socket*));
    if (block == nullptr) throw std::bad_alloc();
    many_ = static_cast<Socket**>(block);
    capacity_ = capacity;
}

// NOLINTEND(cppcoreguidelines-no-malloc)

}  // namespace sio::detail
