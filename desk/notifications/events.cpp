#include "desk/notifications/events.hpp"

namespace desk::notifications {
namespace {

EventRow row_of(std::string name, const std::string& user, const std::optional<UnreadCount>& unread) {
    EventRow row;
    row.name = std::move(name);
    row.subject_kind = SubjectKind::User;
    row.subject = user;
    row.audience.users.push_back(user);
    row.customers = Customers::Same;
    row.unread = unread;
    return row;
}

}  // namespace

EventRow notification_created(const Notification& notification, const UnreadCount& unread) {
    EventRow row = row_of("notification", notification.user, unread);
    row.payload = to_json(notification);
    return row;
}

EventRow notification_read(const std::string& user, const std::string& id, const std::optional<UnreadCount>& unread) {
    EventRow row = row_of("notification:read", user, unread);
    row.payload = sio::json::object({{"id", id}}).str();
    return row;
}

}  // namespace desk::notifications
