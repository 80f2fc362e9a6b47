#include "desk/session/token_updates.hpp"

#include "desk/model/time.hpp"

namespace desk {

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
    auto identity = identities_.directory().identify(*claims);
    if (!identity) {
        expel(connection, to_socket_error(identity.error()));
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
    // Last, for it may disconnect the socket that asked. What asks for the update is taken as the newest, whatever its `iat`.
    identities_.change(connection, std::move(*identity));
    return {};
}

}  // namespace desk
