#pragma once

#include "desk/schema/chat_types.hpp"
#include "desk/schema/common_types.hpp"
#include "desk/schema/notification_types.hpp"
#include "desk/schema/ticket_types.hpp"

/// What only REST says: lists and states.
namespace desk::schema {

inline constexpr Field kNextCursor = req("nextCursor", nullable(kText), "`cursor` of the next request; null at the end.");

inline constexpr std::array kMessageListFields{req("items", list(kTicketMessageType)), kNextCursor};
inline constexpr Object kMessageList{"MessageList", "A ticket's messages, oldest first.", kMessageListFields};
inline constexpr Type kMessageListType = ref(kMessageList);

inline constexpr std::array kChatMessageListFields{req("items", list(kChatMessageType))};
inline constexpr Object kChatMessageList{"ChatMessageList", "A conversation's messages, oldest first.", kChatMessageListFields};
inline constexpr Type kChatMessageListType = ref(kChatMessageList);

inline constexpr std::array kNotificationListFields{req("items", list(kNoticeType)), kNextCursor};
inline constexpr Object kNotificationList{"NotificationList", "Notifications, newest first.", kNotificationListFields};
inline constexpr Type kNotificationListType = ref(kNotificationList);

inline constexpr std::array kDoneFields{req("ok", kFlag)};
inline constexpr Object kDone{"Done", "It is done.", kDoneFields};
inline constexpr Type kDoneType = ref(kDone);

inline constexpr std::array kHealthFields{req("status", kText)};
inline constexpr Object kHealth{"Health", "The server's state; members may be added.", kHealthFields};
inline constexpr std::array kVersionFields{req("name", kText), req("version", kText), req("schema", kCount, "Of the store.")};
inline constexpr Object kVersion{"Version", "Which program this is.", kVersionFields};
inline constexpr Type kVersionType = ref(kVersion);

inline constexpr Type kHealthType = ref(kHealth);

}  // namespace desk::schema
