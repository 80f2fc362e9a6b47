#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/model/notification.hpp"
#include "desk/model/people.hpp"
#include "desk/store/transaction.hpp"

/// Notifications of people, the same from every door. Everybody reads and marks their own only: another's is RoomNotFound.
namespace desk::notifications {

/// By staff or the server. Emits notification for each user, in their order.
/// Errors: Forbidden for customers, InvalidPayload (nobody named, unknown user), PayloadTooLarge.
struct CreateNotifications {
    std::vector<std::string> users;
    NotificationType type = NotificationType::System;
    std::string title;
    std::string message;
    std::string data_json = "{}";  ///< a JSON object
    std::optional<std::string> link;
    Priority priority = Priority::Normal;
};

/// Emits notification:read the first time. Errors: RoomNotFound.
struct MarkRead {
    std::string id;
};

/// Marks all that are unread now; emits notification:read for the newest 100 of them in their order, the last one with the count.
struct MarkAllRead {};

struct CreateOutcome {
    std::vector<Notification> created;
};

struct ReadOutcome {
    UnreadCount count;
    std::int64_t changed = 0;
};

Result<CreateOutcome> run(store::Transaction& tx, const Actor& actor, const CreateNotifications& command);
Result<ReadOutcome> run(store::Transaction& tx, const Actor& actor, const MarkRead& command);
Result<ReadOutcome> run(store::Transaction& tx, const Actor& actor, const MarkAllRead& command);

/// Stores one and appends its row; for reactions inside other commands.
Notification notify(store::Transaction& tx, Notification notification);

}  // namespace desk::notifications
