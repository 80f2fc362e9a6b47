#pragma once

#include <array>

#include "desk/model/enums.hpp"
#include "desk/schema/type.hpp"

/// Payloads that many events share: people, files, errors, positions.
namespace desk::schema {

inline constexpr WordList kRole{"Role", Names<Role>::kAll};
inline constexpr WordList kPriority{"Priority", Names<Priority>::kAll};
inline constexpr WordList kMessageType{"MessageType", Names<MessageType>::kAll};
inline constexpr WordList kAgentScope{"AgentScope", Names<AgentScope>::kAll};

inline constexpr std::array<std::string_view, 4> kPresenceStatusNames{"online", "busy", "away", "offline"};
inline constexpr WordList kPresenceStatus{"PresenceStatus", kPresenceStatusNames};

inline constexpr Type kIdList = list(kId);

inline constexpr std::array kUserRefFields{
    req("id", kId),
    req("name", kText),
    maybe("avatarUrl", kText),
    req("role", one_of(kRole)),
};
inline constexpr Object kUserRef{"UserRef", "A person as others see them.", kUserRefFields};
inline constexpr Type kUserRefType = ref(kUserRef);

inline constexpr std::array kUserFields{
    req("id", kId),
    req("name", kText),
    maybe("avatarUrl", kText),
    req("role", one_of(kRole)),
    req("orgId", kId),
    maybe("email", kText, "To the user themselves and staff only."),
    maybe("company", kText, "To the user themselves and staff only."),
    req("teamIds", kIdList),
    req("active", kFlag),
    maybe("locale", kText),
    maybe("timezone", kText, "IANA name."),
    maybe("status", one_of(kPresenceStatus)),
    maybe("lastSeen", kTime),
    req("version", kCount),
    req("updatedAt", kTime),
};
inline constexpr Object kUser{"User", "A person's record.", kUserFields};
inline constexpr Type kUserType = ref(kUser);

inline constexpr std::array kAttachmentFields{
    req("id", kId), req("name", kText), req("mime", kText), req("size", kCount, "Bytes."), req("url", kText, "https:, http:, or a path."),
};
inline constexpr Object kAttachment{"Attachment", "A file that belongs to a message; its bytes live elsewhere.", kAttachmentFields};
inline constexpr Type kAttachmentType = ref(kAttachment);
inline constexpr Type kAttachments = list(kAttachmentType);

inline constexpr std::array kNewAttachmentFields{
    req("id", kId), req("name", kText), req("mime", kText), opt("size", kCount, "Bytes."), req("url", kText, "https:, http:, or a path."),
};
inline constexpr Object kNewAttachment{"NewAttachment", "A file that belongs to a message; its bytes live elsewhere.", kNewAttachmentFields,
                                       true};
inline constexpr Type kNewAttachmentType = ref(kNewAttachment);
inline constexpr Type kNewAttachments = list(kNewAttachmentType, 10);

inline constexpr std::array kErrorDetailsFields{
    opt("event", kText, "The event that failed."),
    opt("field", kText, "The member of the payload that was wrong."),
    opt("reason", kText, "A word for programs."),
    opt("ticketId", kText),
    opt("conversationId", kText),
    opt("retryAfterMs", kCount, "When the same may succeed."),
    opt("limit", kAny, "Which limit was met: its name, or its value."),
    opt("requestId", kText),
};
inline constexpr Object kErrorDetails{"ErrorDetails", "What more is known of an error; members may be added.", kErrorDetailsFields};

inline constexpr std::array kSocketErrorFields{
    req("code", Type{.kind = Kind::ErrorCode}),
    req("message", kText, "For people."),
    opt("details", ref(kErrorDetails)),
};
inline constexpr Object kSocketError{"SocketError", "A refusal: event `error`, `error` of an acknowledgement, `data` of connect_error.",
                                     kSocketErrorFields};
inline constexpr Type kSocketErrorType = ref(kSocketError);

inline constexpr std::array kFailureFields{req("ok", kFlag, "false."), req("error", kSocketErrorType)};
inline constexpr Object kFailure{"Failure", "An acknowledgement that the event failed.", kFailureFields};

inline constexpr std::array kProblemFields{
    req("type", kText),
    req("title", kText),
    req("status", integer(100, 599)),
    req("code", Type{.kind = Kind::ErrorCode}),
    req("message", kText, "For people."),
    opt("details", ref(kErrorDetails)),
    req("requestId", kText),
};
inline constexpr Object kProblem{"Problem", "A refused request: application/problem+json (RFC 9457) that is also a SocketError.",
                                 kProblemFields};
inline constexpr Type kProblemType = ref(kProblem);

inline constexpr std::array kLoggedFields{
    req("eventId", kId, "The same on every path: socket, replay, polling. Drop what was seen before."),
    req("seq", kCount, "Grows strictly within an org."),
};
inline constexpr Object kLogged{"Logged", "What every logged event's payload also has.", kLoggedFields};

inline constexpr std::array kCursorFields{req("cursor", kText)};
inline constexpr Object kSyncReady{"SyncReady", "All that was missed has been sent; what follows is live.", kCursorFields};
inline constexpr Type kSyncReadyType = ref(kSyncReady);

inline constexpr std::array kSyncRequiredFields{req("reason", kText), req("cursor", kText, "To go on from, once the state was fetched.")};
inline constexpr Object kSyncRequired{"SyncRequired", "Too much was missed to send it; fetch the state anew.", kSyncRequiredFields};
inline constexpr Type kSyncRequiredType = ref(kSyncRequired);

inline constexpr std::array kExpiryFields{req("expiresAt", kTime)};
inline constexpr Object kTokenExpiry{"TokenExpiry", "Until when the token is good.", kExpiryFields};
inline constexpr Type kTokenExpiryType = ref(kTokenExpiry);

inline constexpr std::array kTokenUpdateFields{req("token", Type{.kind = Kind::Text, .most = 65'536})};
inline constexpr Object kTokenUpdate{"TokenUpdate", "A newer token of the same user.", kTokenUpdateFields, true};
inline constexpr Type kTokenUpdateType = ref(kTokenUpdate);

inline constexpr std::array kPingFields{req("timestamp", kNumber, "The client's clock, epoch milliseconds.")};
inline constexpr Object kPing{"Ping", "Keep-alive.", kPingFields, true};
inline constexpr Type kPingType = ref(kPing);

inline constexpr std::array kPongFields{req("timestamp", kNumber, "That of the ping."), req("serverTime", kCount, "Epoch milliseconds.")};
inline constexpr Object kPong{"Pong", "Answer to ping.", kPongFields};
inline constexpr Type kPongType = ref(kPong);

inline constexpr std::array kMaintenanceFields{
    req("id", kId), req("message", kText), req("startsAt", kTime), maybe("endsAt", kTime), req("cancelled", kFlag),
};
inline constexpr Object kMaintenance{"Maintenance", "A maintenance notice; a change or a cancellation comes with the same id.",
                                     kMaintenanceFields};
inline constexpr Type kMaintenanceType = ref(kMaintenance);

inline constexpr Object kNothing{"Empty", "No members.", {}, true};
inline constexpr Type kNothingType = ref(kNothing);

}  // namespace desk::schema
