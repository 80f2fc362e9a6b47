#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sio/socketio/event_counts.hpp"
#include "sio/socketio/function_ref.hpp"
#include "sio/socketio/memberships.hpp"
#include "sio/socketio/pointer_set.hpp"
#include "sio/socketio/room.hpp"
#include "sio/socketio/room_filter.hpp"
#include "sio/socketio/target.hpp"

namespace sio {

class Namespace;
class Socket;

namespace detail {

class Hub;

struct SocketTraits {
    static std::uint32_t hash(const Socket& socket);
};

/// One namespace's sockets on one loop and the rooms they are in. Joining and leaving cost the smaller of the room's members and the
/// socket's rooms; a broadcast walks an array.
/// Thread: its loop, unless said otherwise.
class RoomTable {
public:
    RoomTable(Namespace& nsp, Hub& hub) : nsp_(nsp), hub_(hub) {}
    ~RoomTable();
    RoomTable(const RoomTable&) = delete;
    RoomTable& operator=(const RoomTable&) = delete;

    Namespace& nsp() const { return nsp_; }
    Hub& hub() const { return hub_; }
    EventCounts& counts() { return counts_; }

    void insert(Socket& socket);
    /// Gives the socket the id of a session it takes up.
    void rename(Socket& socket, std::string_view id);
    /// Out of all rooms and of the table.
    void erase(Socket& socket);
    Socket* find(std::string_view id) const;

    void join(Socket& socket, std::string_view room);
    void leave(Socket& socket, std::string_view room);
    bool in_room(const Socket& socket, std::string_view room) const;
    std::size_t room_count() const { return rooms_.size(); }
    /// Every room, the sockets' own too.
    void for_each_room(FunctionRef<void(std::string_view)> visit) const;

    /// Visits the sockets of the target that are connected at their turn. See Namespace::for_each_local.
    void for_each(const Target& target, FunctionRef<void(Socket&)> visit, bool connecting_too = false);

    /// Whether it may have sockets of the target: no is certain. Thread: any.
    bool may_have(const Target& target) const;
    /// Joins are on their way to this loop: may_have says yes until end_join(), so that what is sent after them follows. Thread: any.
    void begin_join() { joining_.fetch_add(1, std::memory_order_release); }
    void end_join() { joining_.fetch_sub(1, std::memory_order_release); }

private:
    static constexpr std::uint32_t kNowhere = static_cast<std::uint32_t>(-1);

    Room* find_room(std::string_view name, std::uint32_t hash) const;
    static std::uint32_t index_of(const Socket& socket, const Room& room);
    void add_membership(Socket& socket, std::string_view room);
    void remove_membership(Socket& socket, std::uint32_t index);
    bool own_room_is_real(const Socket& socket) const;
    void collect(const Target& target, std::vector<Socket*>& found);
    std::uint32_t next_stamp();
    template <class Visit>
    void for_each_in(std::string_view room, const Visit& visit) const;

    Namespace& nsp_;
    Hub& hub_;
    PointerSet<Socket, SocketTraits> sockets_;
    PointerSet<Room, RoomTraits> rooms_;
    EventCounts counts_;
    RoomFilter filter_;
    std::atomic<std::size_t> occupants_{0};
    std::atomic<std::uint32_t> joining_{0};
    std::vector<Socket*> scratch_;
    std::uint32_t stamp_ = 0;
};

}  // namespace detail
}  // namespace sio
