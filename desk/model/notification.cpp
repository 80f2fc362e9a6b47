#include "desk/model/notification.hpp"

#include "desk/model/time.hpp"

namespace desk {

void write_json(sio::json::Writer& w, const Notification& n) {
    w.begin_object().field("id", n.id).field("userId", n.user).field("type", to_string(n.type)).field("title", n.title);
    w.field("message", n.message).field("data", sio::json::Raw{n.data_json}).field("link", n.link).field("actor", n.actor);
    w.field("priority", to_string(n.priority)).field("read", n.read_at_us.has_value()).field("readAt", iso(n.read_at_us));
    w.field("createdAt", iso(n.created_at_us)).end_object();
}

std::string to_json(const Notification& notification) { return sio::json::text(notification).str(); }

void write_json(sio::json::Writer& w, const UnreadCount& count) {
    w.begin_object().field("unread", count.unread).field("rev", count.rev).end_object();
}

}  // namespace desk
