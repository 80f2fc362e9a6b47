#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace sio {

class Server;

namespace detail {
class SocketPackets;
}

/// Names a socket from anywhere, also after it is gone: Server::post() runs on its loop, or not at all. Thread: any.
struct SocketHandle {
    std::uint32_t loop = 0;
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  ///< 0 names no socket

    explicit operator bool() const { return generation != 0; }
    bool operator==(const SocketHandle&) const = default;
};

/// Keeps the later packets of a socket waiting in order, until it is released or destroyed. Holds of one socket add up.
/// It may outlive the socket, not the server. Thread: any, one at a time.
class Hold {
public:
    Hold() = default;
    Hold(Hold&& other) noexcept : server_(std::exchange(other.server_, nullptr)), socket_(other.socket_) {}
    Hold& operator=(Hold&& other) noexcept;
    ~Hold() { release(); }

    /// What waited is processed at once on the socket's loop when called there outside of that socket's handlers, else in a later turn.
    void release();
    explicit operator bool() const { return server_ != nullptr; }

private:
    friend class Socket;
    Hold(Server& server, const SocketHandle& socket) : server_(&server), socket_(socket) {}

    Server* server_ = nullptr;
    SocketHandle socket_;
};

/// Why a client may not enter: it gets `connect_error` with this message, and `data` when it is not empty.
struct ConnectError {
    std::string message;
    std::string data;  ///< JSON text, written as it stands
};

/// How a middleware goes on: next() lets the client pass, next(ConnectError{...}) refuses it. Dropped without a call it refuses.
/// Packets for the namespace wait meanwhile. Thread: any, one at a time.
class Next {
public:
    Next() = default;
    Next(Next&& other) noexcept : server_(std::exchange(other.server_, nullptr)), socket_(other.socket_), step_(other.step_) {}
    Next& operator=(Next&& other) noexcept;
    ~Next();

    void operator()();
    void operator()(ConnectError error);
    explicit operator bool() const { return server_ != nullptr; }

private:
    friend class detail::SocketPackets;
    Next(Server& server, const SocketHandle& socket, std::uint32_t step) : server_(&server), socket_(socket), step_(step) {}

    Server* server_ = nullptr;
    SocketHandle socket_;
    std::uint32_t step_ = 0;
};

}  // namespace sio
