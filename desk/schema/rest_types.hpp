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

inline constexpr WordList kKeyScope{"KeyScope", Names<KeyScope>::kAll};
inline constexpr Type kKeyScopeType = one_of(kKeyScope);
inline constexpr Type kKeyScopes = list(kKeyScopeType, 100);
inline constexpr Type kKeyOrgs = list(kId, 100);

inline constexpr std::array kNewApiKeyFields{
    req("name", text(200)),
    req("scopes", kKeyScopes),
    opt("orgs", kKeyOrgs, "The caller's org, which is the only one they may name."),
};
inline constexpr Object kNewApiKey{"NewApiKey", "A key to be made.", kNewApiKeyFields, true};
inline constexpr Type kNewApiKeyType = ref(kNewApiKey);

inline constexpr std::array kApiKeyFields{
    req("id", kId),        opt("key", kText, "The key itself, in the answer that made it only."),
    req("name", kText),    req("scopes", kKeyScopes),
    req("orgs", kKeyOrgs), req("createdAt", kTime),
};
inline constexpr Object kApiKey{"ApiKey", "A backend's key.", kApiKeyFields};
inline constexpr Type kApiKeyType = ref(kApiKey);

inline constexpr std::array kApiKeyListFields{req("items", list(kApiKeyType)), kNextCursor};
inline constexpr Object kApiKeyList{"ApiKeyList", "The org's keys.", kApiKeyListFields};
inline constexpr Type kApiKeyListType = ref(kApiKeyList);

inline constexpr std::array kRevokedFields{req("id", kId), req("revoked", kFlag)};
inline constexpr Object kRevoked{"RevokedApiKey", "The key is good for nothing any more.", kRevokedFields};
inline constexpr Type kRevokedType = ref(kRevoked);

inline constexpr std::array kMaintenanceListFields{req("items", list(kMaintenanceType))};
inline constexpr Object kMaintenanceList{"MaintenanceList", "Maintenance notices, in the order of their beginning.",
                                         kMaintenanceListFields};
inline constexpr Type kMaintenanceListType = ref(kMaintenanceList);

inline constexpr std::array kNewMaintenanceFields{
    req("message", text(1000)),
    req("startsAt", kTime),
    maybe("endsAt", kTime, "Until then who connects is told; absent: until it is cancelled."),
    maybe("org", kText, "One's own; `*` is all orgs, for who may."),
};
inline constexpr Object kNewMaintenance{"NewMaintenance", "A maintenance notice to be.", kNewMaintenanceFields, true};
inline constexpr Type kNewMaintenanceType = ref(kNewMaintenance);

inline constexpr std::array kMaintenanceChangeFields{
    opt("message", text(1000)),
    opt("startsAt", kTime),
    maybe("endsAt", kTime, "Null: until it is cancelled."),
};
inline constexpr Object kMaintenanceChange{"MaintenanceChange", "What is absent stays.", kMaintenanceChangeFields, true};
inline constexpr Type kMaintenanceChangeType = ref(kMaintenanceChange);

inline constexpr std::array kVersionFields{req("name", kText), req("version", kText), req("schema", kCount, "Of the store.")};
inline constexpr Object kVersion{"Version", "Which program this is.", kVersionFields};
inline constexpr Type kVersionType = ref(kVersion);

inline constexpr std::array kTicketListFields{req("items", list(kTicketType)), kNextCursor};
inline constexpr Object kTicketList{"TicketList", "Some tickets.", kTicketListFields};
inline constexpr Type kTicketListType = ref(kTicketList);

inline constexpr std::array kConversationListFields{req("items", list(kConversationType)), kNextCursor};
inline constexpr Object kConversationList{"ConversationList", "Some conversations.", kConversationListFields};
inline constexpr Type kConversationListType = ref(kConversationList);

inline constexpr std::array<std::string_view, 4> kPublishStatusNames{"accepted", "duplicate", "stale", "rejected"};
inline constexpr WordList kPublishStatus{"PublishStatus", kPublishStatusNames};
inline constexpr Type kRoomNames = list(kText, 100);

inline constexpr std::array kPublishItemFields{
    opt("org", kId, "The key's only org, or that of the header X-InsightDesk-Org, when absent."),
    req("event", text(100)),
    opt("data", kAny, "Domain form: the whole ticket, message, notification or user. Raw form: the event's argument."),
    opt("id", text(255), "The same one again is a duplicate."),
    opt("audience", kText, "`all`, or `staff`: of a ticket, to staff only."),
    opt("by", kAny, "Who did it, a UserRef; the system when absent."),
    opt("namespace", kText, "Raw form: where to emit; not logged."),
    opt("rooms", kRoomNames, "Raw form: to whom; everybody of the org when absent."),
};
inline constexpr Object kPublishItem{"PublishItem", "One event of a backend.", kPublishItemFields, true};
inline constexpr Type kPublishType = one_or_many(kPublishItem, 100);

inline constexpr std::array kPublishResultFields{
    maybe("id", kText),
    maybe("seq", kCount),
    req("status", one_of(kPublishStatus)),
    opt("error", kSocketErrorType),
};
inline constexpr Object kPublishResult{"PublishResult", "What became of an item.", kPublishResultFields};
inline constexpr Type kPublishResultType = ref(kPublishResult);

inline constexpr std::array kPublishResultsFields{req("results", list(kPublishResultType, 100), "In the order of the items.")};
inline constexpr Object kPublishResults{"PublishResults", "What became of each item; a bad one is rejected alone.", kPublishResultsFields};
inline constexpr Type kPublishResultsType = ref(kPublishResults);

inline constexpr std::array kDoneFields{req("ok", kFlag)};
inline constexpr Object kDone{"Done", "It is done.", kDoneFields};
inline constexpr Type kDoneType = ref(kDone);

inline constexpr std::array kHealthFields{req("status", kText)};
inline constexpr Object kHealth{"Health", "The server's state; members may be added.", kHealthFields};
inline constexpr Type kHealthType = ref(kHealth);

}  // namespace desk::schema
