#include "desk/notifications/commands.hpp"

#include "desk/model/text.hpp"
#include "desk/notifications/events.hpp"

namespace desk::notifications {
namespace {

using store::Transaction;

constexpr std::size_t kMaxUsers = 100;
constexpr std::size_t kMaxMessage = 2'000;  // code points
constexpr std::size_t kMaxEmitted = 100;

bool is_good_link(const std::string& link) {
    return link.size() <= 2'048 && (link.starts_with("/") || link.starts_with("https://") || link.starts_with("http://"));
}

}  // namespace

Notification notify(Transaction& tx, Notification notification) {
    notification.id = tx.next_id(IdKind::Notification);
    notification.created_at_us = tx.now_us();
    const UnreadCount unread = tx.notifications().insert(notification);
    tx.append(notification_created(notification, unread));
    return notification;
}

Result<CreateOutcome> run(Transaction& tx, const Actor& actor, const CreateNotifications& command) {
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    if (command.users.empty()) return invalid("userIds", "REQUIRED");
    if (command.users.size() > kMaxUsers) {
        return fail(Error{ErrorCode::PayloadTooLarge, {}, {}}.with("field", "userIds").with("limit", std::int64_t{kMaxUsers}));
    }
    auto title = required_text("title", command.title, kMaxSubject);
    if (!title) return fail(std::move(title.error()));
    auto message = bounded_text("message", command.message, kMaxMessage);
    if (!message) return fail(std::move(message.error()));
    if (command.link && !is_good_link(*command.link)) return invalid("link", "MALFORMED");
    for (const std::string& user : command.users) {
        if (!tx.users().find_ref(user)) return invalid("userIds", "UNKNOWN_USER");
    }

    const UserRef author = tx.ensure(actor);
    CreateOutcome outcome;
    for (const std::string& user : command.users) {
        Notification notification;
        notification.user = user;
        notification.type = command.type;
        notification.title = *title;
        notification.message = *message;
        notification.data_json = command.data_json;
        notification.link = command.link;
        notification.actor = author;
        notification.priority = command.priority;
        outcome.created.push_back(notify(tx, std::move(notification)));
    }
    return outcome;
}

Result<ReadOutcome> run(Transaction& tx, const Actor& actor, const MarkRead& command) {
    if (!tx.notifications().find(actor.user, command.id)) return fail(ErrorCode::RoomNotFound);
    const auto count = tx.notifications().mark_read(actor.user, command.id, tx.now_us());
    if (!count) return ReadOutcome{tx.notifications().count(actor.user), 0};
    tx.append(notification_read(actor.user, command.id, count));
    return ReadOutcome{*count, 1};
}

Result<ReadOutcome> run(Transaction& tx, const Actor& actor, const MarkAllRead&) {
    const auto ids = tx.notifications().mark_all_read(actor.user, tx.now_us());
    if (ids.empty()) return ReadOutcome{tx.notifications().count(actor.user), 0};
    const UnreadCount count = tx.notifications().move_count(actor.user, -static_cast<std::int64_t>(ids.size()));
    for (std::size_t i = ids.size() > kMaxEmitted ? ids.size() - kMaxEmitted : 0; i < ids.size(); ++i) {
        const bool last = i + 1 == ids.size();
        tx.append(notification_read(actor.user, ids[i], last ? std::optional(count) : std::nullopt));
    }
    return ReadOutcome{count, static_cast<std::int64_t>(ids.size())};
}

}  // namespace desk::notifications
