#include "desk/session/identities.hpp"

#include <utility>

#include "desk/session/own_rooms.hpp"

namespace desk {

void Identities::change(sio::Connection& connection, IdentityRef identity) const {
    Visitor& visitor = *connection.data<Visitor>();
    const IdentityRef before = std::exchange(visitor.identity, std::move(identity));
    if (same_rights(before->actor, visitor.actor())) return;
    const bool lost_admin = before->actor.role == Role::Admin && visitor.actor().role != Role::Admin;
    sio::SocketHandle dashboard;
    std::vector<sio::Socket*> entered;
    connection.for_each_socket(
        [&](sio::Socket& socket) {
            Seat* const seat = socket.data<Seat>();
            if (seat == nullptr) return;
            leave_own_rooms(socket, before->actor);
            join_own_rooms(socket, visitor.actor());
            // What it is about to enter was asked for by somebody with other rights.
            if (seat->pending) seat->pending->rights_changed = true;
            if (seat->subscribed > 0 && socket.nsp().name() != "/presence") entered.push_back(&socket);
            if (lost_admin && socket.nsp().name() == "/dashboard") dashboard = socket.handle();
        },
        sio::Connection::Visit::ConnectingToo);
    if (before->actor.role != visitor.actor().role) {
        for (const auto& told : role_told_) told(connection);
    }
    if (recheck_ && !entered.empty()) recheck_(entered);
    if (sio::Socket* const socket = connection.server().find(dashboard)) {
        socket->emit("error", sio::json::Raw{to_socket_error(Error{ErrorCode::Forbidden}.because("ROLE_CHANGED"))});
        socket->disconnect();
    }
}

}  // namespace desk
