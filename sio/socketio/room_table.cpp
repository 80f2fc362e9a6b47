#include "sio/socketio/room_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sio/socketio/hub.hpp"
#include "sio/socketio/namespace.hpp"
#include "sio/socketio/socket.hpp"
#include "sio/socketio/socket_id.hpp"

namespace sio::detail {
namespace {

/// Ids are random: any of their bytes are a hash.
std::uint32_t hash_id(std::string_view id) {
    std::uint64_t head = 0;
    std::memcpy(&head, id.data(), sizeof head);
    return static_cast<std::uint32_t>((head * 0x9E3779B97F4A7C15U) >> 32);
}

}  // namespace

// The 20 characters that every id ends with: longer ones all begin alike.
std::uint32_t SocketTraits::hash(const Socket& socket) { return hash_id({socket.id_.data(), socket.id_.size()}); }

RoomTable::~RoomTable() {
    rooms_.for_each([](Room& room) { Room::destroy(&room); });
}

// The filter knows nothing of the sockets' own rooms: their names tell the loop.
void RoomTable::insert(Socket& socket) {
    sockets_.insert(socket);
    occupants_.store(sockets_.size(), std::memory_order_relaxed);
    if (own_room_is_real(socket)) return add_membership(socket, socket.id());
    nsp_.room_changed(RoomEvent::Created, socket.id(), {});
    nsp_.room_changed(RoomEvent::Joined, socket.id(), socket.id());
}

// A session taken up on another loop has an id that tells of the first one.
bool RoomTable::own_room_is_real(const Socket& socket) const { return home_loop(socket.id()) != hub_.index(); }

void RoomTable::rename(Socket& socket, std::string_view id) {
    erase(socket);
    std::ranges::copy(id, socket.id_.begin());
    insert(socket);
}

void RoomTable::erase(Socket& socket) {
    while (!socket.memberships_.empty()) remove_membership(socket, socket.memberships_.size() - 1);
    if (!own_room_is_real(socket)) {
        nsp_.room_changed(RoomEvent::Left, socket.id(), socket.id());
        nsp_.room_changed(RoomEvent::Deleted, socket.id(), {});
    }
    sockets_.erase(socket);
    occupants_.store(sockets_.size(), std::memory_order_relaxed);
}

Socket* RoomTable::find(std::string_view id) const {
    if (id.size() != std::tuple_size_v<decltype(make_socket_id(0))>) return nullptr;
    return sockets_.find(hash_id(id), [id](const Socket& socket) { return socket.id() == id; });
}

Room* RoomTable::find_room(std::string_view name, std::uint32_t hash) const {
    return rooms_.find(hash, [&](const Room& room) { return room.hash() == hash && room.name() == name; });
}

std::uint32_t RoomTable::index_of(const Socket& socket, const Room& room) {
    const auto memberships = socket.memberships_.all();
    for (std::uint32_t i = 0; i < memberships.size(); ++i) {
        if (memberships[i].room == &room) return i;
    }
    return kNowhere;
}

void RoomTable::join(Socket& socket, std::string_view name) {
    if (name != socket.id()) add_membership(socket, name);
}

void RoomTable::add_membership(Socket& socket, std::string_view name) {
    const auto hash = hash_name(name);
    Room* room = find_room(name, hash);
    if (room == nullptr) {
        room = Room::make(name, hash);
        rooms_.insert(*room);
        if (filter_.too_small_for(rooms_.size())) {
            filter_.rebuild(
                [this](FunctionRef<void(std::uint32_t)> count) { rooms_.for_each([&](const Room& known) { count(known.hash()); }); });
        } else {
            filter_.add(hash);
        }
        nsp_.room_changed(RoomEvent::Created, name, {});
    } else if (index_of(socket, *room) != kNowhere) {
        return;
    }
    socket.memberships_.push({room, room->add(socket)});
    nsp_.room_changed(RoomEvent::Joined, name, socket.id());
}

void RoomTable::leave(Socket& socket, std::string_view name) {
    if (name == socket.id()) return;
    Room* const room = find_room(name, hash_name(name));
    if (room == nullptr) return;
    const auto index = index_of(socket, *room);
    if (index != kNowhere) remove_membership(socket, index);
}

void RoomTable::remove_membership(Socket& socket, std::uint32_t index) {
    const auto [room, position] = socket.memberships_.all()[index];
    if (Socket* const moved = room->remove(position)) moved->memberships_.all()[index_of(*moved, *room)].position = position;
    socket.memberships_.remove(index);
    nsp_.room_changed(RoomEvent::Left, room->name(), socket.id());
    if (!room->members().empty()) return;
    nsp_.room_changed(RoomEvent::Deleted, room->name(), {});
    filter_.remove(room->hash());
    rooms_.erase(*room);
    Room::destroy(room);
}

bool RoomTable::in_room(const Socket& socket, std::string_view name) const {
    if (name == socket.id()) return true;
    const Room* const room = find_room(name, hash_name(name));
    return room != nullptr && index_of(socket, *room) != kNowhere;
}

template <class Visit>
void RoomTable::for_each_in(std::string_view name, const Visit& visit) const {
    if (Socket* const own = find(name)) visit(*own);
    if (const Room* const room = find_room(name, hash_name(name))) {
        for (Socket* const member : room->members()) visit(*member);
    }
}

std::uint32_t RoomTable::next_stamp() {
    if (++stamp_ == 0) {
        sockets_.for_each([](Socket& socket) { socket.stamp_ = 0; });
        stamp_ = 1;
    }
    return stamp_;
}

void RoomTable::collect(const Target& target, std::vector<Socket*>& found) {
    const auto stamp = next_stamp();
    const auto take = [&](Socket& socket) {
        if (std::exchange(socket.stamp_, stamp) != stamp) found.push_back(&socket);
    };
    for (const auto name : target.except) {
        for_each_in(name, [&](Socket& socket) { socket.stamp_ = stamp; });
    }
    if (target.rooms.empty()) sockets_.for_each(take);
    for (const auto name : target.rooms) for_each_in(name, take);
}

// A visit may disconnect, join and leave whatever it likes, so it walks a copy; a socket that goes is freed no sooner than the turn's end.
void RoomTable::for_each(const Target& target, FunctionRef<void(Socket&)> visit, bool connecting_too) {
    auto found = std::exchange(scratch_, {});
    collect(target, found);
    for (Socket* const socket : found) {
        if (socket->state_ == Socket::State::Connected || (connecting_too && socket->state_ == Socket::State::Connecting)) visit(*socket);
    }
    found.clear();
    if (found.capacity() > scratch_.capacity()) scratch_ = std::move(found);
}

void RoomTable::for_each_room(FunctionRef<void(std::string_view)> visit) const {
    rooms_.for_each([&](const Room& room) { visit(room.name()); });
    sockets_.for_each([&](const Socket& socket) {
        if (!own_room_is_real(socket)) visit(socket.id());
    });
}

bool RoomTable::may_have(const Target& target) const {
    if (occupants_.load(std::memory_order_relaxed) == 0) return false;
    if (target.rooms.empty() || joining_.load(std::memory_order_acquire) > 0) return true;
    for (const auto name : target.rooms) {
        if (home_loop(name) == hub_.index() || filter_.may_have(hash_name(name))) return true;
    }
    return false;
}

}  // namespace sio::detail
