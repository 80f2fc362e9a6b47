#include "desk/notifications/sockets.hpp"

#include <utility>

#include "desk/notifications/commands.hpp"

namespace desk::notifications {

namespace {

/// Tells the caller that it worked; the count goes to all of the user's sockets by the log.
Result<void> acknowledge(sio::Socket&, sio::Ack& ack, const ReadOutcome& outcome) {
    if (ack) ack(sio::json::Raw{ok_with(sio::json::text(outcome.count).view())});
    return {};
}

}  // namespace

NotificationSockets::NotificationSockets(sio::Server& io, store::Store& store, Door& door, SocketCommands& commands)
    : io_(io), store_(store), commands_(commands) {
    sio::Namespace& nsp = io.of("/notifications");
    nsp.on_connection([this](sio::Socket& socket) { greet(socket); });
    door.on(nsp, "notification:markRead", Kind::Read,
            [this](sio::Socket& socket, const sio::Event& event) { return mark_read(socket, event); });
    door.on(nsp, "notification:markAllRead", Kind::Read,
            [this](sio::Socket& socket, const sio::Event& event) { return mark_all_read(socket, event); });
}

void NotificationSockets::greet(sio::Socket& socket) {
    const IdentityRef identity = visitor_of(socket).identity;
    store_.read(
        identity->actor.org,
        [identity](const store::Snapshot& snapshot) -> Result<UnreadCount> { return snapshot.notifications().count(identity->actor.user); },
        [this, handle = socket.handle(), hold = socket.hold()](const Result<UnreadCount>& count) mutable {
            if (!count) return;
            io_.post(handle, [count = *count, hold = std::move(hold)](sio::Socket& on_loop) { on_loop.emit("notification:count", count); });
        });
}

Result<void> NotificationSockets::mark_read(sio::Socket& socket, const sio::Event& event) {
    const std::string_view id = text_field(event, "id");
    commands_.change(
        socket, event,
        [identity = visitor_of(socket).identity, command = MarkRead{std::string(id)}](store::Transaction& tx) {
            return run(tx, identity->actor, command);
        },
        acknowledge);
    return {};
}

Result<void> NotificationSockets::mark_all_read(sio::Socket& socket, const sio::Event& event) {
    commands_.change(
        socket, event, [identity = visitor_of(socket).identity](store::Transaction& tx) { return run(tx, identity->actor, MarkAllRead{}); },
        acknowledge);
    return {};
}

}  // namespace desk::notifications
