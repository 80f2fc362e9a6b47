#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/socketio/adapter.hpp"
#include "sio/socketio/broadcast.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/function_ref.hpp"
#include "sio/socketio/registrar.hpp"

namespace sio {

class Connection;
class DynamicNamespace;
class LocalAdapter;
class RecoveringAdapter;
class Server;

namespace detail {
class RoomTable;
class RoomWatch;
class SocketPackets;
}  // namespace detail

/// One namespace: handlers, the sockets of every loop, an adapter. Lives as long as the server; a child of a dynamic namespace, with
/// Options::cleanup_empty_child_namespaces, only until its last socket has gone.
/// Thread: any, unless said otherwise.
class Namespace final : public Registrar {
public:
    Namespace(Server& server, std::string name, std::shared_ptr<detail::Handlers> handlers, const DynamicNamespace* parent);
    ~Namespace();
    Namespace(const Namespace&) = delete;
    Namespace& operator=(const Namespace&) = delete;

    std::string_view name() const { return name_; }
    Server& server() const { return server_; }
    Adapter& adapter() const { return *adapter_; }
    /// The dynamic namespace it is a child of, or nullptr.
    const DynamicNamespace* parent() const { return parent_; }

    template <class... Args>
    void emit(std::string_view event, const Args&... args) {
        Broadcast(*this).emit(event, args...);
    }
    Broadcast to(std::string_view room) { return Broadcast(*this).to(room); }
    template <RoomNames Range>
    Broadcast to(const Range& rooms) {
        return Broadcast(*this).to(rooms);
    }
    Broadcast in(std::string_view room) { return Broadcast(*this).to(room); }
    Broadcast except(std::string_view room) { return Broadcast(*this).except(room); }
    Broadcast local() { return Broadcast(*this).local(); }
    Broadcast volatile_() { return Broadcast(*this).volatile_(); }
    Broadcast compress(bool flag) { return Broadcast(*this).compress(flag); }
    Broadcast timeout(std::chrono::milliseconds limit) { return Broadcast(*this).timeout(limit); }

    void sockets_join(std::string_view room) { Broadcast(*this).sockets_join(room); }
    void sockets_leave(std::string_view room) { Broadcast(*this).sockets_leave(room); }
    void disconnect_sockets(bool close = false) { Broadcast(*this).disconnect_sockets(close); }
    void fetch_sockets(FetchCallback callback) { Broadcast(*this).fetch_sockets(std::move(callback)); }

    /// To the other servers of the cluster; nowhere when there are none.
    template <class... Args>
    void server_side_emit(std::string_view event, const Args&... args) {
        adapter_->server_side_emit(encode(event, args...), {});
    }
    template <class... Args>
    void server_side_emit_with_ack(Adapter::ServerSideCallback callback, std::string_view event, const Args&... args) {
        adapter_->server_side_emit(encode(event, args...), std::move(callback));
    }
    /// Gives an event of another server to the handlers of on_server_event. For adapters.
    void deliver_server_event(std::string_view json, std::span<const std::string> attachments, std::function<void(Reply)> reply);

    /// One encoding for any number of sockets of this namespace: Socket::send, Broadcast::send.
    template <class... Args>
    EncodedEvent encode(std::string_view event, const Args&... args) const {
        return detail::encode_event(name_, {}, true, event, args...);
    }
    /// The same from a JSON array `["event",...]` and attachments, as other servers send it. Errors: BadJson, BadPacket.
    Result<EncodedEvent> encode_json(std::string_view json, std::span<const std::string> attachments,
                                     std::optional<std::uint64_t> ack_id = {}, bool compress = true) const;
    std::uint64_t next_ack_id() { return next_ack_id_.fetch_add(1, std::memory_order_relaxed); }

    enum class Visit : std::uint8_t { Connected, ConnectingToo };
    /// Calls `visit` for each socket of the target on the calling loop. It may do anything to any socket, also disconnect it; a socket
    /// that is gone by its turn is left out. Does not allocate in steady use. Thread: loop.
    void for_each_local(const Target& target, FunctionRef<void(Socket&)> visit, Visit which = Visit::Connected);
    /// Whether a loop may have sockets of the target: false is certain, true a guess. Thread: any.
    bool may_have(unsigned loop, const Target& target) const;
    /// The socket of that id on the calling loop, connected or connecting. Thread: loop.
    Socket* find(std::string_view socket_id);

    /// Connected sockets on this server.
    std::size_t socket_count() const;
    /// Rooms on the calling loop, the sockets' own not counted. Thread: loop.
    std::size_t room_count() const;

private:
    friend class Connection;
    friend class LocalAdapter;
    friend class RecoveringAdapter;
    friend class Server;
    friend class Socket;
    friend class detail::RoomTable;
    friend class detail::SocketPackets;

    detail::RoomTable& table(unsigned loop) const { return *tables_[loop]; }
    /// The table of the calling loop, or nullptr when no loop of the server's calls.
    detail::RoomTable* here() const;
    /// From now on nothing is registered.
    void freeze();
    void room_changed(RoomEvent change, std::string_view room, std::string_view socket_id) {
        if (room_watch_) tell_room_change(change, room, socket_id);
    }
    void tell_room_change(RoomEvent change, std::string_view room, std::string_view socket_id);

    Server& server_;
    std::string name_;
    const DynamicNamespace* parent_;
    std::vector<std::unique_ptr<detail::RoomTable>> tables_;  // one a loop
    std::unique_ptr<Adapter> adapter_;
    std::unique_ptr<detail::RoomWatch> room_watch_;  // only when somebody wants to know
    std::atomic<std::size_t> connected_{0};
    std::atomic<std::uint64_t> next_ack_id_{0};
    std::atomic<std::size_t> occupants_{0};  // sockets, connecting ones too, on all loops: a child with none may go
};

/// Says whether a dynamic namespace takes a name. `auth` is the CONNECT payload, missing when there was none. Thread: any loop.
using NamespaceMatcher = std::function<bool(std::string_view name, json::Value auth)>;

/// Handlers for every namespace whose name matches; each is made at its first CONNECT.
class DynamicNamespace final : public Registrar {
public:
    explicit DynamicNamespace(NamespaceMatcher matcher) : matcher_(std::move(matcher)) {}
    DynamicNamespace(const DynamicNamespace&) = delete;
    DynamicNamespace& operator=(const DynamicNamespace&) = delete;

private:
    friend class Server;
    NamespaceMatcher matcher_;
};

}  // namespace sio
