#include "sio/socketio/event.hpp"

#include <algorithm>
#include <array>

#include "sio/socketio/namespace.hpp"
#include "sio/socketio/server.hpp"
#include "sio/socketio/socket.hpp"

namespace sio {

Ack::Ack(Server& server, const SocketHandle& socket, std::string_view nsp, std::uint64_t id)
    : server_(&server), socket_(socket), nsp_(nsp), id_(id) {}

Ack& Ack::operator=(Ack&& other) noexcept {
    server_ = std::exchange(other.server_, nullptr);
    socket_ = other.socket_;
    nsp_ = std::move(other.nsp_);
    id_ = other.id_;
    return *this;
}

void Ack::send(EncodedEvent answer) {
    auto& server = *std::exchange(server_, nullptr);
    if (server.on_loop_of(socket_)) {
        if (Socket* const socket = server.find(socket_)) socket->answer(answer);
        return;
    }
    server.post(socket_, [answer = std::move(answer)](Socket& socket) { socket.answer(answer); });
}

std::string_view Event::nsp() const { return socket_.nsp_name(); }

void Event::send_ack(const EncodedEvent& answer) const {
    ack_id_.reset();
    socket_.answer(answer);
}

Ack Event::take_ack() const {
    if (!ack_id_) return {};
    const auto id = *ack_id_;
    ack_id_.reset();
    return {socket_.server(), socket_.handle(), nsp(), id};
}

bool reserved_event(std::string_view name) {
    static constexpr std::array<std::string_view, 6> kReserved = {"connect",       "connect_error", "disconnect",
                                                                  "disconnecting", "newListener",   "removeListener"};
    return std::ranges::find(kReserved, name) != kReserved.end();
}

}  // namespace sio
