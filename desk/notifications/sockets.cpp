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

NotificationSockets::NotificationSockets(sio::Server& io, Door& door, SocketCommands& commands, Arrivals& arrivals) : commands_(commands) {
    sio::Namespace& nsp = io.of("/notifications");
    ArrivalRules rules;
    rules.nsp = Namespace::Notifications;
    rules.count = [](const store::Snapshot& snapshot, const Actor& actor) -> Result<std::string> {
        return std::string(sio::json::text(snapshot.notifications().count(actor.user)).view());
    };
    arrivals.receive_at(nsp, std::move(rules));
    door.on(nsp, "notification:markRead", Kind::Read,
            [this](sio::Socket& socket, const sio::Event& event) { return mark_read(socket, event); });
    door.on(nsp, "notification:markAllRead", Kind::Read,
            [this](sio::Socket& socket, const sio::Event& event) { return mark_all_read(socket, event); });
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
