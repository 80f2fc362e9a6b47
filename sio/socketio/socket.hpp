#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/base/result.hpp"
#include "sio/socketio/broadcast.hpp"
#include "sio/socketio/disconnect_reason.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/event.hpp"
#include "sio/socketio/function_ref.hpp"
#include "sio/socketio/handle.hpp"
#include "sio/socketio/memberships.hpp"
#include "sio/socketio/user_data.hpp"

namespace sio {

class Connection;
class LocalAdapter;
class Namespace;
class RecoveringAdapter;
class Server;
class SocketEmitter;

/// A client's acknowledgement of one event, or why there is none: Timeout, or Closed when the socket went first.
using AckCallback = std::move_only_function<void(Result<Arguments>)>;

namespace detail {
class RoomTable;
class SocketPackets;
struct SocketTraits;
}  // namespace detail

/// One client in one namespace. A reference is valid during the call it is given to; keep handle() to come back to it.
/// Thread: its loop.
class Socket {
public:
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    /// 20 random characters, public: not the secret id of the connection. That of a client of Socket.IO 2 is made of the secret one
    /// (see Options), and longer outside of `/`.
    std::string_view id() const { return has_long_id_ ? long_id() : std::string_view(id_.data(), id_.size()); }
    Namespace& nsp() const;
    Connection& connection() const { return *connection_; }
    Server& server() const;
    /// Names it until its `disconnect` handlers have run, nothing after that.
    SocketHandle handle() const;
    /// Past its middlewares and not yet disconnected.
    bool connected() const { return state_ == State::Connected; }
    /// It took up an earlier session (connection state recovery): id, rooms and data are that one's.
    bool recovered() const { return recovered_; }
    /// The CONNECT packet's payload as JSON text, `{}` when there was none. Kept while middlewares and connection handlers run, and
    /// longer only with Options::retain_auth.
    std::string_view auth() const;

    /// Arguments: strings, numbers, bools, nullptr, optionals, ranges, maps, json::Value, Text, Raw, Binary, Arguments, and anything with
    /// a `write_json`. Nothing is sent when the socket is not connected.
    template <class... Args>
    void emit(std::string_view event, const Args&... args) {
        send(detail::encode_event(nsp_name(), {}, true, event, args...));
    }
    void send(const EncodedEvent& event);
    /// Sends only when it could go out at once. Returns whether it did.
    bool send_volatile(const EncodedEvent& event);
    /// Waits for the acknowledgement as long as the socket lives; see timeout().
    template <class... Args>
    void emit_with_ack(AckCallback callback, std::string_view event, const Args&... args);

    SocketEmitter timeout(std::chrono::milliseconds limit);
    SocketEmitter volatile_();
    SocketEmitter compress(bool flag);

    /// To the namespace's other sockets.
    Broadcast broadcast() const;
    Broadcast to(std::string_view room) const { return broadcast().to(room); }
    template <RoomNames Range>
    Broadcast to(const Range& rooms) const {
        return broadcast().to(rooms);
    }
    Broadcast except(std::string_view room) const { return broadcast().except(room); }
    Broadcast local() const { return broadcast().local(); }

    void join(std::string_view room);
    void join(std::initializer_list<std::string_view> rooms) {
        for (const auto room : rooms) join(room);
    }
    void leave(std::string_view room);
    bool in_room(std::string_view room) const;
    /// Its own id first. The views live until the rooms are left.
    std::vector<std::string_view> rooms() const;

    /// Leaves the namespace (the client gets `41`) or, with `close`, ends the whole connection as Connection::disconnect() does. Handlers
    /// of `disconnecting` and `disconnect` run before this returns.
    void disconnect(bool close = false);

    /// Makes the socket's later packets wait.
    Hold hold();

    template <class T>
    T* data() const {
        return data_.get<T>();
    }
    template <class T, class... Args>
    T& set_data(Args&&... args) {
        return data_.emplace<T>(std::forward<Args>(args)...);
    }

private:
    friend class Ack;
    friend class Connection;
    friend class Event;
    friend class Hold;
    friend class LocalAdapter;
    friend class Next;
    friend class RecoveringAdapter;
    friend class Server;
    friend class SocketEmitter;
    friend class detail::RoomTable;
    friend struct detail::SocketTraits;
    friend class detail::SocketPackets;
    enum class State : std::uint8_t { Connecting, Connected, Leaving, Gone };
    struct PendingAck;
    struct Rare;
    static constexpr std::uint32_t kNoSlot = static_cast<std::uint32_t>(-1);

    Socket(Connection& connection, detail::RoomTable& table, std::string_view id);

    std::string_view nsp_name() const;
    std::uint64_t next_ack_id();
    void send_with_ack(const EncodedEvent& event, std::uint64_t id, std::optional<std::chrono::milliseconds> limit, AckCallback callback);
    bool write(const EncodedEvent& event, bool only_if_writable);
    void answer(const EncodedEvent& ack);
    Rare& rare();
    std::string_view long_id() const;
    void set_long_id(std::string id);

    Connection* connection_;
    engineio::Session* session_;  // a copy of the connection's: a broadcast touches one line of memory less
    detail::RoomTable* table_;
    Socket* next_ = nullptr;  // in the connection
    UserData data_;
    std::unique_ptr<Rare> rare_;
    detail::Memberships memberships_;
    std::array<char, 20> id_;
    std::uint32_t slot_ = kNoSlot;
    std::uint32_t stamp_ = 0;  // of the last visit that met it
    State state_ = State::Connecting;
    bool busy_ = false;  // inside a handler of one of its packets
    bool counted_polling_ = false;
    bool recovered_ : 1 = false;
    bool has_long_id_ : 1 = false;  // which is in `rare_`
};

/// Options for one emission to one socket: `socket.timeout(5s).emit_with_ack(...)`. Use it within the expression.
class SocketEmitter {
public:
    explicit SocketEmitter(Socket& socket) : socket_(socket) {}
    SocketEmitter& timeout(std::chrono::milliseconds limit) {
        timeout_ = limit;
        return *this;
    }
    SocketEmitter& volatile_() {
        only_if_writable_ = true;
        return *this;
    }
    SocketEmitter& compress(bool flag) {
        compress_ = flag;
        return *this;
    }

    template <class... Args>
    void emit(std::string_view event, const Args&... args) {
        socket_.write(detail::encode_event(socket_.nsp_name(), {}, compress_, event, args...), only_if_writable_);
    }
    template <class... Args>
    void emit_with_ack(AckCallback callback, std::string_view event, const Args&... args) {
        const auto id = socket_.next_ack_id();
        socket_.send_with_ack(detail::encode_event(socket_.nsp_name(), id, compress_, event, args...), id, timeout_, std::move(callback));
    }

private:
    Socket& socket_;
    std::optional<std::chrono::milliseconds> timeout_;
    bool only_if_writable_ = false;
    bool compress_ = true;
};

template <class... Args>
void Socket::emit_with_ack(AckCallback callback, std::string_view event, const Args&... args) {
    SocketEmitter(*this).emit_with_ack(std::move(callback), event, args...);
}

inline SocketEmitter Socket::timeout(std::chrono::milliseconds limit) { return SocketEmitter(*this).timeout(limit); }
inline SocketEmitter Socket::volatile_() { return SocketEmitter(*this).volatile_(); }
inline SocketEmitter Socket::compress(bool flag) { return SocketEmitter(*this).compress(flag); }

}  // namespace sio
