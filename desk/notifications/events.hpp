#pragma once

#include <optional>
#include <string>

#include "desk/model/event.hpp"
#include "desk/model/notification.hpp"

/// The rows of notifications, for the user's own room in /notifications. `unread` makes `notification:count` follow the row.
/// Pure functions.  Thread: any.
namespace desk::notifications {

EventRow notification_created(const Notification& notification, const UnreadCount& unread);

EventRow notification_read(const std::string& user, const std::string& id, const std::optional<UnreadCount>& unread);

}  // namespace desk::notifications
