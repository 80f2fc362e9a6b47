#include "desk/session/token_updates.hpp"

#include <vector>

#include "desk/model/time.hpp"
#include "desk/session/own_rooms.hpp"

namespace desk {

namespace {

bool same_rights(const Actor& a, const Actor& b) { return a.role == b.role && a.teams == b.teams && a.name == b.name; }

/// Puts every socket of the connection into the rooms of its new role and teams. Who is no admin any more leaves /dashboard.
void change_identity(sio::Connection& connection, Visitor& visitor, IdentityRef identity) {
    const IdentityRef before = std::exchange(visitor.identity, std::move(identity));
    const bool lost_admin = before->actor.role == Role::Admin && visitor.actor().role != Role::Admin;
    sio::SocketHandle dashboard;
    connection.for_each_socket([&](sio::Socket& socket) {
        leave_own_rooms(socket, before->actor);
        join_own_rooms(socket, visitor.actor());
        if (lost_admin && socket.nsp().name() == "/dashboard") dashboard = socket.handle();
    });
    if (sio::Socket* const socket = connection.server().find(dashboard)) {
        socket->emit("error", sio::json::Raw{to_socket_error(Error{ErrorCode::Forbidden}.because("ROLE_CHANGED"))});
        socket->disconnect();
    }
}

}  // namespace

void TokenUpdates::add_to(sio::Namespace& nsp) {
    door_.on(nsp, "token:update", Kind::Plain, [this](sio::Socket& socket, const sio::Event& event) { return update(socket, event); });
}

Result<void> TokenUpdates::update(sio::Socket& socket, const sio::Event& event) {
    sio::Connection& connection = socket.connection();
    Visitor& visitor = visitor_of(socket);
    const std::int64_t now = connection.loop().unix_ms();
    const auto token = event[0]["token"].string().value_or("");
    if (verifier_.has_source()) {
        const auto hold = std::make_shared<sio::Hold>(socket.hold());
        if (verifier_.await_key_of(token, [hold] { hold->release(); })) {
            event.defer();
            return {};
        }
    }
    const auto claims = verifier_.verify(token, now);
    if (!claims || claims->sub != visitor.actor().user || claims->org != visitor.actor().org) {
        const Error refused = claims ? Error{ErrorCode::AuthTokenInvalid}.because("OTHER_USER") : auth::to_error(claims.error());
        expel(connection, to_socket_error(refused));
        return {};
    }
    // Six sockets of one connection answer one request six times: a token in force already costs nothing.
    if (claims->exp != visitor.life.expires_at_s()) {
        const RateLimit& limit = door_.limits().token_updates;
        if (!visitor.token_updates.take(limit, now)) {
            return fail(Error{ErrorCode::RateLimited}
                            .with("retryAfterMs", visitor.token_updates.retry_after_ms(limit))
                            .with("limit", "token_updates"));
        }
        visitor.life.renew(claims->exp, claims->iat);
    }
    const auto expiry = sio::json::object({{"expiresAt", iso(claims->exp * 1'000'000)}});
    socket.emit("token:updated", expiry);
    if (event.wants_ack()) event.ack(sio::json::object({{"ok", true}, {"expiresAt", iso(claims->exp * 1'000'000)}}));
    auto identity = identity_from(*claims);
    if (!same_rights(identity->actor, visitor.actor())) change_identity(connection, visitor, std::move(identity));
    return {};
}

}  // namespace desk
