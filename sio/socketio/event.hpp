#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sio/socketio/arguments.hpp"
#include "sio/socketio/encoded_event.hpp"
#include "sio/socketio/handle.hpp"

namespace sio {

class Socket;

/// The right to acknowledge one event, once. Dropped unused, the client waits until its own time-out. When the socket is gone the answer
/// is dropped. Thread: any, one at a time.
class Ack {
public:
    Ack() = default;
    Ack(Ack&& other) noexcept { *this = std::move(other); }
    Ack& operator=(Ack&& other) noexcept;

    /// Whether calling it will send something.
    explicit operator bool() const { return server_ != nullptr; }

    template <class... Args>
    void operator()(const Args&... args) {
        if (server_) send(detail::encode_ack(nsp_, id_, args...));
    }

private:
    friend class Event;
    Ack(Server& server, const SocketHandle& socket, std::string_view nsp, std::uint64_t id);
    void send(EncodedEvent answer);

    Server* server_ = nullptr;
    SocketHandle socket_;
    std::string nsp_;
    std::uint64_t id_ = 0;
};

/// One received event. Valid during the call of its handlers.  Thread: the socket's loop.
class Event {
public:
    Event(Socket& socket, std::string_view name, Arguments arguments, std::optional<std::uint64_t> ack_id, std::size_t bytes = 0)
        : socket_(socket), name_(name), arguments_(arguments), ack_id_(ack_id), bytes_(bytes) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    std::string_view name() const { return name_; }
    std::size_t size() const { return arguments_.size(); }
    bool empty() const { return arguments_.empty(); }
    /// The argument at `index`, a missing value when there are fewer.
    json::Value operator[](std::size_t index) const { return arguments_[index]; }
    /// The bytes a received placeholder stands for.
    std::optional<std::string_view> binary(json::Value value) const { return arguments_.binary(value); }
    /// Of the packet: its JSON text and its attachments.
    std::size_t bytes() const { return bytes_; }
    /// All of them, to be passed on: `socket.emit("back", event.args())`.
    const Arguments& args() const { return arguments_; }

    /// Whether the client wants an acknowledgement and has none yet.
    bool wants_ack() const { return ack_id_.has_value(); }
    /// Acknowledges; nothing happens when the client did not ask or was answered.
    template <class... Args>
    void ack(const Args&... args) const {
        if (ack_id_) send_ack(detail::encode_ack(nsp(), *ack_id_, args...));
    }
    /// Takes the acknowledgement along, to be given later from any thread. Empty when the client did not ask or was answered.
    Ack take_ack() const;

    /// Puts the event back: it is handled anew, before the socket's later packets, once no Hold is left. Pre: the caller holds the socket.
    void defer() const { deferred_ = true; }
    bool deferred() const { return deferred_; }

private:
    std::string_view nsp() const;
    void send_ack(const EncodedEvent& answer) const;

    Socket& socket_;
    std::string_view name_;
    Arguments arguments_;
    mutable std::optional<std::uint64_t> ack_id_;
    std::size_t bytes_;
    mutable bool deferred_ = false;
};

/// Names that neither side may emit: what Socket.IO itself tells a socket's handlers (`connect`, `disconnect`, ...).
bool reserved_event(std::string_view name);

}  // namespace sio
