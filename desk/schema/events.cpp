#include "desk/schema/events.hpp"

#include <algorithm>

#include "desk/schema/chat_types.hpp"
#include "desk/schema/common_types.hpp"
#include "desk/schema/notification_types.hpp"
#include "desk/schema/presence_types.hpp"
#include "desk/schema/ticket_types.hpp"

namespace desk::schema {

namespace {

constexpr bool kIsLogged = true;
constexpr bool kEphemeral = false;

constexpr std::array kCommonClient{
    ClientEvent{"token:update", &kTokenUpdateType, &kTokenExpiryType, "A newer token, for the whole connection"},
};
constexpr std::array kCommonServer{
    ServerEvent{"error", &kSocketErrorType, kEphemeral, "An event without acknowledgement failed, or the connection ends"},
    ServerEvent{"token:refresh", &kTokenExpiryType, kEphemeral, "The token runs out soon: send token:update"},
    ServerEvent{"token:updated", &kTokenExpiryType, kEphemeral, "The newer token is in force"},
};
constexpr std::array kSync{
    ServerEvent{"sync:ready", &kSyncReadyType, kEphemeral, "What was missed has been sent; live from here"},
    ServerEvent{"sync:required", &kSyncRequiredType, kEphemeral, "Too much was missed: fetch the state anew"},
};

constexpr std::array kMainClient{
    ClientEvent{"ping", &kPingType, nullptr, "Keep-alive ping"},
};
constexpr std::array kMainServer{
    ServerEvent{"pong", &kPongType, kEphemeral, "Ping response"},
    ServerEvent{"user:updated", &kUserType, kIsLogged, "Current user updated"},
    ServerEvent{"system:maintenance", &kMaintenanceType, kEphemeral, "Maintenance notice"},
};

constexpr std::array kTicketClient{
    ClientEvent{"ticket:subscribe", &kTicketSubscribeType, &kTicketSubscribedType, "Subscribe to ticket"},
    ClientEvent{"ticket:unsubscribe", &kTicketRefType, nullptr, "Unsubscribe"},
    ClientEvent{"ticket:typing", &kStartTypingType, nullptr, "Started typing; over the limit it is dropped silently"},
    ClientEvent{"ticket:stopTyping", &kTicketRefType, nullptr, "Stopped typing"},
};
constexpr std::array kTicketServer{
    ServerEvent{"ticket:created", &kTicketType, kIsLogged, "New ticket"},
    ServerEvent{"ticket:updated", &kTicketUpdateType, kIsLogged, "Ticket changed"},
    ServerEvent{"ticket:assigned", &kTicketAssignedType, kIsLogged, "Agent assigned"},
    ServerEvent{"ticket:message", &kTicketMessageType, kIsLogged, "New message, to subscribers"},
    ServerEvent{"ticket:typing", &kTicketTypingType, kEphemeral, "Someone typing; repeated while they do"},
    ServerEvent{"ticket:stopTyping", &kTicketStopTypingType, kEphemeral, "Stopped typing"},
    ServerEvent{"ticket:status", &kTicketStatusChangeType, kIsLogged, "Status changed"},
    ServerEvent{"ticket:sla:warning", &kSlaWarningType, kIsLogged, "SLA warning, to staff"},
    ServerEvent{"ticket:sla:breached", &kSlaBreachedType, kIsLogged, "SLA breached, to staff"},
    ServerEvent{"ticket:subscribed", &kTicketSubscribedType, kEphemeral, "The subscription is in force"},
    ServerEvent{"ticket:unsubscribed", &kTicketUnsubscribedType, kEphemeral, "The server ended the subscription"},
};

constexpr std::array kChatClient{
    ClientEvent{"chat:join", &kChatJoinType, &kChatJoinedType, "Join conversation"},
    ClientEvent{"chat:leave", &kConversationRefType, nullptr, "Leave conversation"},
    ClientEvent{"chat:message", &kSendChatMessageType, &kChatMessageType, "Send message"},
    ClientEvent{"chat:typing", &kConversationRefType, nullptr, "Typing indicator; over the limit it is dropped silently"},
    ClientEvent{"chat:read", &kMarkChatReadType, nullptr, "Mark as read"},
};
constexpr std::array kChatServer{
    ServerEvent{"chat:joined", &kChatEnteredType, kEphemeral, "Entered at CONNECT, by auth.conversations"},
    ServerEvent{"chat:message", &kChatMessageType, kIsLogged, "New message"},
    ServerEvent{"chat:typing", &kChatTypingType, kEphemeral, "User typing; repeated while they do"},
    ServerEvent{"chat:stopTyping", &kChatStopTypingType, kEphemeral, "User stopped typing"},
    ServerEvent{"chat:read", &kChatReadType, kIsLogged, "Read receipt"},
    ServerEvent{"chat:online", &kChatOnlineType, kEphemeral, "Online users"},
    ServerEvent{"chat:ended", &kChatEndedType, kIsLogged, "Chat ended"},
    ServerEvent{"chat:updated", &kConversationType, kIsLogged, "Conversation opened or changed, to staff"},
};

constexpr std::array kNotificationClient{
    ClientEvent{"notification:markRead", &kNotificationRefType, &kUnreadCountType, "Mark as read"},
    ClientEvent{"notification:markAllRead", &kNothingType, &kUnreadCountType, "Mark all read"},
};
constexpr std::array kNotificationServer{
    ServerEvent{"notification", &kNoticeType, kIsLogged, "New notification"},
    ServerEvent{"notification:read", &kNotificationReadType, kIsLogged, "Marked as read"},
    ServerEvent{"notification:count", &kUnreadCountType, kEphemeral, "Unread count"},
};

constexpr std::array kPresenceClient{
    ClientEvent{"presence:status", &kSetPresenceType, &kPresenceType, "Set status"},
    ClientEvent{"presence:subscribe", &kUserIdsType, nullptr, "Watch users"},
    ClientEvent{"presence:unsubscribe", &kUserIdsType, nullptr, "Stop watching"},
};
constexpr std::array kPresenceServer{
    ServerEvent{"presence:update", &kPresenceType, kEphemeral, "Status changed"},
    ServerEvent{"presence:list", &kPresenceList, kEphemeral, "Initial list"},
};

constexpr std::array kDashboardServer{
    ServerEvent{"metrics:tickets", &kTicketMetricsType, kEphemeral, "Ticket counts"},
    ServerEvent{"metrics:queue", &kQueueMetricsType, kEphemeral, "Queue status"},
    ServerEvent{"metrics:agents", &kAgentMetricsType, kEphemeral, "Agent workload"},
    ServerEvent{"metrics:sla", &kSlaMetricsType, kEphemeral, "SLA status"},
};

constexpr std::array kNamespaces{
    NamespaceEvents{"/", "Main", "Default namespace", kMainClient, kMainServer},
    NamespaceEvents{"/tickets", "Tickets", "Ticket updates", kTicketClient, kTicketServer},
    NamespaceEvents{"/chat", "Chat", "Live chat", kChatClient, kChatServer},
    NamespaceEvents{"/notifications", "Notifications", "Push notifications", kNotificationClient, kNotificationServer},
    NamespaceEvents{"/presence", "Presence", "Agent status", kPresenceClient, kPresenceServer},
    NamespaceEvents{"/dashboard", "Dashboard", "Live metrics, for admins", {}, kDashboardServer},
};

}  // namespace

std::span<const NamespaceEvents> namespaces() { return kNamespaces; }
std::span<const ClientEvent> common_client_events() { return kCommonClient; }
std::span<const ServerEvent> common_server_events() { return kCommonServer; }
std::span<const ServerEvent> sync_events() { return kSync; }

bool replays(const NamespaceEvents& nsp) { return nsp.path == "/tickets" || nsp.path == "/chat" || nsp.path == "/notifications"; }

const ClientEvent* client_event(std::string_view nsp, std::string_view event) {
    const auto of_namespace = std::ranges::find(kNamespaces, nsp, &NamespaceEvents::path);
    if (of_namespace == kNamespaces.end()) return nullptr;
    for (const auto events : {of_namespace->from_client, std::span<const ClientEvent>(kCommonClient)}) {
        const auto found = std::ranges::find(events, event, &ClientEvent::name);
        if (found != events.end()) return &*found;
    }
    return nullptr;
}

}  // namespace desk::schema
