#include "desk/presence/sockets.hpp"

#include <unordered_set>
#include <utility>

#include "desk/session/rooms.hpp"

namespace desk::presence {

namespace {

std::vector<std::string> users_in(const sio::Event& event) {
    std::vector<std::string> users;
    std::unordered_set<std::string_view> seen;
    for (const auto each : event[0]["userIds"].elements()) {
        const auto id = each.string().value_or("");
        if (seen.insert(id).second) users.emplace_back(id);
    }
    return users;
}

/// The answer to presence:status, until when the socket's later events wait.
struct Unanswered {
    sio::Ack ack;
    sio::Hold hold;

    /// How the person is seen now. Thread: any.
    void operator()(const std::string& json) {
        if (ack) ack(sio::json::Raw{ok_with(json)});
        hold.release();
    }
};

}  // namespace

PresenceSockets::PresenceSockets(sio::Server& io, Door& door, SocketCommands& commands, store::Store& store, Presence& presence,
                                 Identities& identities)
    : io_(io), limits_(door.limits()), commands_(commands), store_(store), presence_(presence), customers_(io, store) {
    sio::Namespace& nsp = io.of("/presence");
    const auto on = [&](std::string_view event, Kind kind, Result<void> (PresenceSockets::*handler)(sio::Socket&, const sio::Event&)) {
        door.on(nsp, event, kind,
                [this, handler](sio::Socket& socket, const sio::Event& received) { return (this->*handler)(socket, received); });
    };
    on("presence:status", Kind::Plain, &PresenceSockets::status);
    on("presence:subscribe", Kind::Subscription, &PresenceSockets::subscribe);
    on("presence:unsubscribe", Kind::Plain, &PresenceSockets::unsubscribe);
    nsp.on_disconnecting([this](sio::Socket& socket, sio::DisconnectReason) {
        if (seat_of(socket).subscribed > 0 && !is_staff(visitor_of(socket).actor().role)) customers_.end(socket);
    });
    identities.on_role([this](sio::Connection& connection) { role_changed(connection); });
}

Result<void> PresenceSockets::status(sio::Socket& socket, const sio::Event& event) {
    const IdentityRef identity = visitor_of(socket).identity;
    const auto now_ms = socket.connection().loop().unix_ms();
    const auto status = from_string<PresenceStatus>(text_field(event, "status")).value_or(PresenceStatus::Online);
    const bool by_itself = event[0]["auto"].boolean().value_or(false);
    if (by_itself && status != PresenceStatus::Away && status != PresenceStatus::Online) return invalid("status", "NEVER_AUTOMATIC");
    if (auto allowed = presence_.may_choose(identity->actor, now_ms); !allowed) return allowed;
    const ConnectionId connection = id_of(socket.connection());
    Unanswered done{event.take_ack(), socket.hold()};
    if (by_itself) {
        presence_.idle(identity->actor, connection, status == PresenceStatus::Away, std::move(done));
        return {};
    }
    store_.write(
        identity->actor.org,
        [identity, command = SetStatus{status, now_ms}](store::Transaction& tx) { return run(tx, identity->actor, command); },
        [this, identity, connection, handle = socket.handle(), done = std::move(done)](Result<Chosen> chosen) mutable {
            if (chosen) return presence_.chosen(identity, *chosen, connection, std::move(done));
            io_.post(handle, [done = std::move(done), error = std::move(chosen.error())](sio::Socket& there) mutable {
                refuse(there, done.ack, "presence:status", std::move(error));
            });
        });
    return {};
}

Result<void> PresenceSockets::subscribe(sio::Socket& socket, const sio::Event& event) {
    std::vector<std::string> users = users_in(event);
    const IdentityRef identity = visitor_of(socket).identity;
    std::size_t fresh = 0;
    for (const std::string& user : users) fresh += socket.in_room(rooms::presence(identity->actor.org, user)) ? 0U : 1U;
    if (seat_of(socket).subscribed + fresh > limits_.watched_users) {
        return fail(Error{ErrorCode::RateLimited}.with("limit", "watched_users"));
    }
    commands_.read(
        socket, event,
        [identity, command = FindPeople{std::move(users)}](const store::Snapshot& snapshot) {
            return run(snapshot, identity->actor, command);
        },
        [this, identity](sio::Socket& there, sio::Ack& ack, std::vector<Asked> asked) -> Result<void> {
            // What a customer may see was looked up, and what an agent may is not a customer's.
            if (is_staff(identity->actor.role) != is_staff(visitor_of(there).actor().role)) {
                return fail(Error{ErrorCode::Unavailable}.because("ROLE_CHANGED"));
            }
            return watch(there, ack, std::move(asked));
        });
    return {};
}

Result<void> PresenceSockets::watch(sio::Socket& socket, sio::Ack& ack, std::vector<Asked> asked) {
    const std::string& org = visitor_of(socket).actor().org;
    // First the rooms, then how they are: what changes in between comes, too, and the list is no older.
    for (const Asked& each : asked) {
        const std::string room = rooms::presence(org, each.user);
        if (socket.in_room(room)) continue;
        socket.join(room);
        ++seat_of(socket).subscribed;
    }
    if (!is_staff(visitor_of(socket).actor().role) && !asked.empty()) customers_.begin(socket);
    presence_.list(org, std::move(asked),
                   [this, handle = socket.handle(), hold = socket.hold(), ack = std::move(ack)](std::string json) mutable {
                       const auto tell = [](sio::Socket& there, const std::string& list, sio::Ack& asked_for) {
                           there.emit("presence:list", sio::json::Raw{list});
                           if (asked_for) asked_for(sio::json::Raw{R"({"ok":true})"});
                       };
                       // At once where that can be done, before what is told to the rooms next.
                       if (io_.on_loop_of(handle)) {
                           if (sio::Socket* const there = io_.find(handle)) tell(*there, json, ack);
                           return hold.release();
                       }
                       io_.post(handle, [tell, json = std::move(json), ack = std::move(ack),
                                         hold = std::move(hold)](sio::Socket& there) mutable { tell(there, json, ack); });
                   });
    return {};
}

Result<void> PresenceSockets::unsubscribe(sio::Socket& socket, const sio::Event& event) {
    const Actor& actor = visitor_of(socket).actor();
    const bool watching = seat_of(socket).subscribed > 0;
    for (const std::string& user : users_in(event)) stop_watching(socket, rooms::presence(actor.org, user));
    if (watching && seat_of(socket).subscribed == 0 && !is_staff(actor.role)) customers_.end(socket);
    accept(event);
    return {};
}

void PresenceSockets::role_changed(sio::Connection& connection) {
    const Actor& actor = connection.data<Visitor>()->actor();
    sio::Socket* const socket = connection.socket("/presence");
    if (socket == nullptr || seat_of(*socket).subscribed == 0) return;
    if (is_staff(actor.role)) return customers_.end(*socket);
    for (const std::string& room : watched(*socket, actor.org)) stop_watching(*socket, room);
    socket->emit("error", sio::json::Raw{to_socket_error(Error{ErrorCode::Forbidden}.because("ROLE_CHANGED"))});
}

}  // namespace desk::presence
