#include "sio/socketio/handle.hpp"

#include "sio/socketio/server.hpp"
#include "sio/socketio/socket_packets.hpp"

namespace sio {

Hold& Hold::operator=(Hold&& other) noexcept {
    if (this == &other) return *this;
    release();
    server_ = std::exchange(other.server_, nullptr);
    socket_ = other.socket_;
    return *this;
}

void Hold::release() {
    Server* const server = std::exchange(server_, nullptr);
    if (server == nullptr) return;
    if (!server->on_loop_of(socket_)) {
        server->post(socket_, [](Socket& socket) { detail::SocketPackets::release_hold(socket); });
    } else if (Socket* const socket = server->find(socket_)) {
        detail::SocketPackets::release_hold(*socket);
    }
}

Next& Next::operator=(Next&& other) noexcept {
    server_ = std::exchange(other.server_, nullptr);
    socket_ = other.socket_;
    step_ = other.step_;
    return *this;
}

Next::~Next() {
    if (server_ != nullptr) (*this)(ConnectError{"Internal server error", {}});
}

void Next::operator()() {
    Server* const server = std::exchange(server_, nullptr);
    if (server == nullptr) return;
    if (!server->on_loop_of(socket_)) {
        server->post(socket_, [step = step_](Socket& socket) { detail::SocketPackets::resolve(socket, step, nullptr); });
    } else if (Socket* const socket = server->find(socket_)) {
        detail::SocketPackets::resolve(*socket, step_, nullptr);
    }
}

void Next::operator()(ConnectError error) {
    Server* const server = std::exchange(server_, nullptr);
    if (server == nullptr) return;
    if (!server->on_loop_of(socket_)) {
        server->post(socket_,
                     [step = step_, error = std::move(error)](Socket& socket) { detail::SocketPackets::resolve(socket, step, &error); });
    } else if (Socket* const socket = server->find(socket_)) {
        detail::SocketPackets::resolve(*socket, step_, &error);
    }
}

}  // namespace sio
