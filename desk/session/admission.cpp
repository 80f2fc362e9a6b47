#include "desk/session/admission.hpp"

#include <utility>

#include "desk/session/own_rooms.hpp"
#include "sio/base/json.hpp"
#include "sio/runtime/address.hpp"

namespace desk {

namespace {

/// The token in a CONNECT payload; empty when there is none.
std::string token_in(std::string_view auth) {
    thread_local sio::json::Parser parser;
    const auto payload = parser.parse_copy(auth);
    return payload ? std::string((*payload)["token"].string().value_or("")) : std::string();
}

/// Clients of Socket.IO 2 have no CONNECT payload but the query behind the namespace, and none in `/`: then the hand-shake's counts.
std::string token_of(const sio::Socket& socket) {
    std::string token = token_in(socket.auth());
    const auto& connection = socket.connection();
    if (!token.empty() || connection.protocol() != 3) return token;
    const auto* const handshake = connection.handshake();
    return handshake != nullptr ? handshake->parameter("token").value_or("") : std::string();
}

/// As the listener counts: of IPv6 one /64 is one client.
std::string network_of(std::string_view address) {
    const auto parsed = sio::runtime::Address::parse(address);
    return parsed ? parsed->network().to_string() : std::string(address);
}

}  // namespace

void Admission::guard(sio::Namespace& nsp, Who who) {
    if (verifier_.has_source()) {
        // After a rotation the first tokens come before the new key: they wait for it, for stock clients do not try a refused CONNECT
        // again.
        nsp.use([this](sio::Socket& socket, sio::Next next) {
            const auto go_on = std::make_shared<sio::Next>(std::move(next));
            if (!verifier_.await_key_of(token_of(socket), [go_on] { (*go_on)(); })) (*go_on)();
        });
    }
    nsp.use([this, who](sio::Socket& socket, sio::Next next) {
        if (auto admitted = admit(socket, who); !admitted) {
            note_refusal(socket, admitted.error());
            return next(sio::ConnectError{std::string(to_string(admitted.error().code)), to_socket_error(admitted.error())});
        }
        next();
    });
}

void Admission::note_refusal(sio::Socket& socket, const Error& error) {
    refused_.add(error.code);
    const auto level = error.code == ErrorCode::AuthTokenInvalid ? sio::LogLevel::Warn : sio::LogLevel::Debug;
    if (log_ == nullptr || !log_->enabled(level)) return;
    const auto* const handshake = socket.connection().handshake();
    log_->write(level, "connect refused",
                {{"nsp", socket.nsp().name()},
                 {"code", to_string(error.code)},
                 {"details", error.details_json},
                 {"address", handshake ? std::string_view(handshake->address) : std::string_view()}});
}

Result<void> Admission::admit(sio::Socket& socket, Who who) {
    // A connection that was let in once has given its hand-shake back; it goes on counting as its own address.
    const bool known = socket.connection().data<Visitor>() != nullptr;
    const std::string address = known ? std::string() : socket.connection().handshake()->address;
    const auto claims = check_token(socket, address);
    if (!claims) return std::unexpected(claims.error());
    return seat(socket, *claims, who, address);
}

Result<auth::Claims> Admission::check_token(sio::Socket& socket, std::string_view address) {
    const std::int64_t now = socket.connection().loop().unix_ms();
    if (!address.empty()) {
        if (const std::int64_t wait = guard_.may_connect(address, now); wait > 0) {
            return fail(Error{ErrorCode::RateLimited}.with("retryAfterMs", wait).with("limit", "connects"));
        }
    }
    auto claims = verifier_.verify(token_of(socket), now);
    if (!claims) {
        if (claims.error().suspicious() && !address.empty()) guard_.failed(address, now);
        return std::unexpected(auth::to_error(claims.error()));
    }
    return std::move(*claims);
}

Result<void> Admission::seat(sio::Socket& socket, const auth::Claims& claims, Who who, std::string_view address) {
    auto identity = identities_.directory().identify(claims);
    if (!identity) return std::unexpected(std::move(identity.error()));
    sio::Connection& connection = socket.connection();
    Visitor* visitor = connection.data<Visitor>();
    if (visitor) {
        if (auto done = follow(connection, claims, std::move(*identity)); !done) return done;
        if (who == Who::Admins && visitor->actor().role != Role::Admin) return fail(ErrorCode::Forbidden);
    } else {
        if (who == Who::Admins && (*identity)->actor.role != Role::Admin) return fail(ErrorCode::Forbidden);
        auto place = users_.take(claims.org, claims.sub, limits_.connections_per_user);
        if (!place) return fail(Error{ErrorCode::RateLimited}.with("limit", "connections_per_user"));
        UserCounts::Place of_address;
        if (counts_addresses_) {
            of_address = by_address_.take({}, network_of(address), limits_.connections_per_address);
            if (!of_address) return fail(Error{ErrorCode::RateLimited}.with("limit", "connections_per_address"));
        }
        visitor = &connection.set_data<Visitor>(std::move(*identity), std::move(place), std::move(of_address), connection, token_grace_);
        if (connection.protocol() != 3) connection.forget_handshake();
        if (first_seen_) first_seen_(visitor->identity);
    }
    if (claims.exp > visitor->life.expires_at_s()) visitor->life.renew(claims.exp, claims.iat);
    socket.set_data<Seat>();
    join_own_rooms(socket, visitor->actor());
    return {};
}

Result<void> Admission::follow(sio::Connection& connection, const auth::Claims& claims, IdentityRef identity) {
    const Actor& known = connection.data<Visitor>()->actor();
    if (known.user != claims.sub || known.org != claims.org) return fail(Error{ErrorCode::AuthTokenInvalid}.because("OTHER_USER"));
    if (identity->actor.iat > known.iat) {
        identities_.change(connection, std::move(identity));
    } else if (!same_rights(identity->actor, known)) {
        // An older token changes nothing, but the news of a record may still be on its way to this loop.
        if (const auto record = identities_.directory().find(known.org, known.user))
            identities_.change(connection, laid_over(known, *record));
    }
    return {};
}

}  // namespace desk
