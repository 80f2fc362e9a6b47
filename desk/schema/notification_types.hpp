#pragma once

#include "desk/schema/common_types.hpp"

/// Notifications.
namespace desk::schema {

inline constexpr WordList kNotificationType{"NotificationType", Names<NotificationType>::kAll};

inline constexpr std::array kNotificationDataFields{opt("ticketId", kText), opt("conversationId", kText), opt("messageId", kText)};
inline constexpr Object kNotificationData{"NotificationData", "What a notification is about; members may be added.",
                                          kNotificationDataFields};

inline constexpr std::array kNotificationFields{
    req("id", kId),
    req("userId", kId),
    req("type", one_of(kNotificationType)),
    req("title", kText),
    req("message", kText),
    req("data", ref(kNotificationData)),
    maybe("link", kText),
    maybe("actor", kUserRefType, "Who caused it."),
    req("priority", one_of(kPriority)),
    req("read", kFlag),
    maybe("readAt", kTime),
    req("createdAt", kTime),
};
inline constexpr Object kNotification{"Notification", "A notice to one person.", kNotificationFields};
inline constexpr Type kNoticeType = ref(kNotification);

inline constexpr std::array kNotificationReadFields{req("id", kId)};
inline constexpr Object kNotificationRead{"NotificationRead", "It was read, here or on another device.", kNotificationReadFields};
inline constexpr Type kNotificationReadType = ref(kNotificationRead);

inline constexpr std::array kUnreadCountFields{
    req("unread", kCount),
    req("rev", kCount, "Grows with every change: keep the greatest only."),
};
inline constexpr Object kUnreadCount{"UnreadCount", "How many are not read.", kUnreadCountFields};
inline constexpr Type kUnreadCountType = ref(kUnreadCount);

// What clients write.

inline constexpr std::array kNotificationRefFields{req("id", kId)};
inline constexpr Object kNotificationRef{"NotificationRef", "A notification.", kNotificationRefFields, true};
inline constexpr Type kNotificationRefType = ref(kNotificationRef);

inline constexpr Type kReceivers = list(kId, 100);
inline constexpr std::array kNewNotificationFields{
    req("userIds", kReceivers),
    opt("type", one_of(kNotificationType), "`system` when absent."),
    req("title", text(500)),
    req("message", text(2'000)),
    opt("data", kAnyObject),
    opt("link", text(2'048), "https:, http:, or a path."),
    opt("priority", one_of(kPriority), "`normal` when absent."),
};
inline constexpr Object kNewNotification{"NewNotification", "A notice to some people.", kNewNotificationFields, true};
inline constexpr Type kNewNotificationType = ref(kNewNotification);

}  // namespace desk::schema
