#include "desk/schema/endpoints.hpp"

#include <algorithm>

#include "desk/schema/rest_types.hpp"

namespace desk::schema {

namespace {

using Access = Endpoint::Access;
using enum Method;

constexpr Field kListLimit = opt("limit", integer(1, 200), "How many at most; 50 when absent.");
constexpr Field kListCursor = opt("cursor", kText, "`nextCursor` of the answer before.");

constexpr std::array kUpdatesQuery{
    opt("since", kText, "A cursor, an eventId, an ISO 8601 time or epoch milliseconds; without it only the current cursor is given."),
    opt("limit", integer(1, 300), "How many events at most; 100 when absent."),
    opt("wait", integer(0, 25), "Seconds to wait for news when there are none."),
    opt("wait", integer(0, 25), "Seconds to wait for the first event when there is none yet."),
};
constexpr std::array kTicketsQuery{
    kListLimit,
    kListCursor,
    opt("status", one_of(kTicketStatus)),
    opt("assignee", kText, "A user's id; `none`: nobody's."),
    opt("team", kText),
    opt("updatedSince", kText, "ISO 8601, or epoch milliseconds."),
};
constexpr std::array kConversationsQuery{kListLimit, kListCursor, opt("status", one_of(kConversationStatus))};
constexpr std::array kMessagesQuery{kListLimit, kListCursor};
constexpr std::array kChatMessagesQuery{
    kListLimit,
    opt("before", kCount, "Only messages with smaller numbers."),
    opt("after", kCount, "Only messages with greater numbers."),
};
constexpr std::array kNotificationsQuery{kListLimit, kListCursor, opt("unread", kFlag, "Only those not read.")};

constexpr std::array kOfSubject{ErrorCode::Forbidden, ErrorCode::RoomNotFound};
constexpr std::array kOfTicketPatch{ErrorCode::Forbidden, ErrorCode::RoomNotFound, ErrorCode::Conflict};
constexpr std::array kOfConversation{ErrorCode::Forbidden, ErrorCode::RoomNotFound, ErrorCode::ConversationEnded};
constexpr std::array kOfNew{ErrorCode::Forbidden, ErrorCode::Conflict};
constexpr std::array kOfCursor{ErrorCode::CursorExpired};
constexpr std::array kOfOwn{ErrorCode::RoomNotFound};
constexpr std::array kForStaff{ErrorCode::Forbidden};

constexpr std::array kEndpoints{
    Endpoint{.path = "/v1/tickets/updates",
             .name = "ticketUpdates",
             .about = "What happened since: the events of /tickets",
             .query = kUpdatesQuery,
             .answer = &kUpdatesType,
             .errors = kOfCursor,
             .also = 304},
    Endpoint{.path = "/tickets/updates",
             .name = "ticketUpdatesBare",
             .about = "The same, by the path of the API document",
             .query = kUpdatesQuery,
             .answer = &kUpdatesType,
             .errors = kOfCursor,
             .also = 304},
    Endpoint{.method = Post,
             .path = "/v1/tickets",
             .name = "createTicket",
             .about = "Create a ticket: ticket:created",
             .body = &kNewTicketType,
             .status = 201,
             .answer = &kTicketType,
             .errors = kOfNew},
    Endpoint{.path = "/v1/tickets/{id}", .name = "getTicket", .about = "A ticket", .answer = &kTicketType, .errors = kOfSubject},
    Endpoint{.method = Patch,
             .path = "/v1/tickets/{id}",
             .name = "changeTicket",
             .about = "Change a ticket: ticket:updated, and ticket:assigned or ticket:status",
             .body = &kTicketPatchType,
             .answer = &kTicketType,
             .errors = kOfTicketPatch,
             .if_match = true},
    Endpoint{.path = "/v1/tickets/{id}/messages",
             .name = "listMessages",
             .about = "A ticket's messages; internal notes to staff only",
             .query = kMessagesQuery,
             .answer = &kMessageListType,
             .errors = kOfSubject},
    Endpoint{.method = Post,
             .path = "/v1/tickets/{id}/messages",
             .name = "addMessage",
             .about = "Write a message: ticket:updated, ticket:message",
             .body = &kNewMessageType,
             .status = 201,
             .answer = &kTicketMessageType,
             .errors = kOfSubject},
    Endpoint{.method = Post,
             .path = "/v1/conversations",
             .name = "openConversation",
             .about = "Open a conversation: chat:updated",
             .body = &kNewConversationType,
             .status = 201,
             .answer = &kConversationType,
             .errors = kOfNew},
    Endpoint{.path = "/v1/conversations/{id}",
             .name = "getConversation",
             .about = "A conversation",
             .answer = &kConversationType,
             .errors = kOfSubject},
    Endpoint{.path = "/v1/conversations/{id}/messages",
             .name = "listChatMessages",
             .about = "A conversation's messages",
             .query = kChatMessagesQuery,
             .answer = &kChatMessageListType,
             .errors = kOfSubject},
    Endpoint{.method = Post,
             .path = "/v1/conversations/{id}/messages",
             .name = "sendChatMessage",
             .about = "Send a message: chat:message",
             .body = &kNewChatMessageType,
             .status = 201,
             .answer = &kChatMessageType,
             .errors = kOfConversation},
    Endpoint{.method = Post,
             .path = "/v1/conversations/{id}/read",
             .name = "readConversation",
             .about = "Mark as read: chat:read",
             .body = &kMessageRefType,
             .answer = &kDoneType,
             .errors = kOfSubject},
    Endpoint{.method = Post,
             .path = "/v1/conversations/{id}/assign",
             .name = "assignConversation",
             .about = "Give it to an agent: chat:updated",
             .body = &kAgentRefType,
             .answer = &kConversationType,
             .errors = kOfConversation},
    Endpoint{.method = Post,
             .path = "/v1/conversations/{id}/end",
             .name = "endConversation",
             .about = "End it: chat:ended",
             .body = &kEndConversationType,
             .answer = &kConversationType,
             .errors = kOfTicketPatch},
    Endpoint{.method = Post,
             .path = "/v1/notifications",
             .name = "notify",
             .about = "Notify some people: notification",
             .body = &kNewNotificationType,
             .status = 201,
             .answer = &kNotificationListType,
             .errors = kForStaff},
    Endpoint{.path = "/v1/notifications",
             .name = "listNotifications",
             .about = "One's own notifications, newest first",
             .query = kNotificationsQuery,
             .answer = &kNotificationListType},
    Endpoint{
        .path = "/v1/notifications/count", .name = "countNotifications", .about = "How many are not read", .answer = &kUnreadCountType},
    Endpoint{.method = Post,
             .path = "/v1/notifications/read-all",
             .name = "readAllNotifications",
             .about = "Mark all read: notification:read, notification:count",
             .answer = &kUnreadCountType},
    Endpoint{.method = Post,
             .path = "/v1/notifications/{id}/read",
             .name = "readNotification",
             .about = "Mark as read: notification:read, notification:count",
             .answer = &kUnreadCountType,
             .errors = kOfOwn},
    Endpoint{.method = Post,
             .path = "/v1/api-keys",
             .name = "createApiKey",
             .about = "Make an API key, for admins",
             .body = &kNewApiKeyType,
             .status = 201,
             .answer = &kApiKeyType,
             .errors = kOfNew},
    Endpoint{.path = "/v1/api-keys",
             .name = "listApiKeys",
             .about = "The org's API keys, for admins",
             .query = kMessagesQuery,
             .answer = &kApiKeyListType,
             .errors = kForStaff},
    Endpoint{.method = Delete,
             .path = "/v1/api-keys/{id}",
             .name = "revokeApiKey",
             .about = "Take an API key back, for admins",
             .answer = &kRevokedType,
             .errors = kOfSubject},
    Endpoint{.method = Post,
             .path = "/v1/maintenance",
             .name = "announceMaintenance",
             .about = "Tell of maintenance: system:maintenance",
             .body = &kNewMaintenanceType,
             .status = 201,
             .answer = &kMaintenanceType,
             .errors = kOfNew},
    Endpoint{.path = "/v1/maintenance", .name = "listMaintenance", .about = "The notices in force", .answer = &kMaintenanceListType},
    Endpoint{.method = Patch,
             .path = "/v1/maintenance/{id}",
             .name = "changeMaintenance",
             .about = "Change a notice: system:maintenance with the same id",
             .body = &kMaintenanceChangeType,
             .answer = &kMaintenanceType,
             .errors = kOfTicketPatch},
    Endpoint{.method = Delete,
             .path = "/v1/maintenance/{id}",
             .name = "cancelMaintenance",
             .about = "Cancel a notice: system:maintenance, cancelled",
             .answer = &kMaintenanceType,
             .errors = kOfSubject},
    Endpoint{.path = "/v1/tickets",
             .name = "listTickets",
             .about = "The tickets one may see",
             .query = kTicketsQuery,
             .answer = &kTicketListType},
    Endpoint{.path = "/v1/conversations",
             .name = "listConversations",
             .about = "The conversations one may see",
             .query = kConversationsQuery,
             .answer = &kConversationListType},
    Endpoint{.method = Post,
             .path = "/v1/publish",
             .name = "publish",
             .about = "Events of a backend, one or up to 100",
             .body = &kPublishType,
             .status = 202,
             .answer = &kPublishResultsType,
             .errors = kForStaff,
             .by_item = true},
    Endpoint{.path = "/healthz", .name = "health", .about = "Whether the process lives", .answer = &kHealthType, .access = Access::Open},
    Endpoint{.path = "/readyz",
             .name = "readiness",
             .about = "Whether it takes work; 503 while it drains or its store is away",
             .answer = &kHealthType,
             .access = Access::Open,
             .also = 503},
    Endpoint{.path = "/version",
             .name = "version",
             .about = "Which program this is, and its store's schema",
             .answer = &kVersionType,
             .access = Access::Open},
    Endpoint{.path = "/openapi.json", .name = "openapi", .about = "This document", .answer = &kAnyObject, .access = Access::Open},
    Endpoint{.path = "/asyncapi.json", .name = "asyncapi", .about = "The Socket.IO events", .answer = &kAnyObject, .access = Access::Open},
    Endpoint{.path = "/insightdesk.d.ts",
             .name = "typings",
             .about = "The same as TypeScript, for socket.io-client",
             .access = Access::Open,
             .media = "text/plain"},
};

}  // namespace

std::span<const Endpoint> endpoints() { return kEndpoints; }

std::string_view to_string(Method method) {
    constexpr std::array<std::string_view, 5> kNames{"GET", "POST", "PUT", "PATCH", "DELETE"};
    return kNames[static_cast<std::size_t>(method)];
}

const Endpoint* find_endpoint(std::string_view method, std::string_view path) {
    const auto found = std::ranges::find_if(
        kEndpoints, [&](const Endpoint& endpoint) { return to_string(endpoint.method) == method && endpoint.path == path; });
    return found == kEndpoints.end() ? nullptr : &*found;
}

}  // namespace desk::schema
