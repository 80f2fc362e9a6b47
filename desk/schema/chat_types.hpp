#pragma once

#include "desk/schema/common_types.hpp"

/// Conversations and their messages.
namespace desk::schema {

inline constexpr WordList kConversationStatus{"ConversationStatus", Names<ConversationStatus>::kAll};
inline constexpr WordList kEndReason{"EndReason", Names<EndReason>::kAll};

inline constexpr std::array kChatMessageFields{
    req("id", kId),
    req("conversationId", kId),
    req("number", kCount, "1 and up within the conversation."),
    req("senderId", kId),
    req("sender", kUserRefType),
    req("content", kContent),
    req("type", one_of(kMessageType)),
    req("attachments", kAttachments),
    maybe("clientMessageId", kKey),
    req("createdAt", kTime),
};
inline constexpr Object kChatMessage{"ChatMessage", "A message of a conversation.", kChatMessageFields};
inline constexpr Type kChatMessageType = ref(kChatMessage);

inline constexpr Type kAgents = list(kUserRefType);
inline constexpr std::array kConversationFields{
    req("id", kId),
    req("orgId", kId),
    req("status", one_of(kConversationStatus)),
    req("customer", kUserRefType),
    req("agents", kAgents),
    req("teamId", nullable(kId)),
    req("ticketId", nullable(kId)),
    req("waitingSince", nullable(kTime)),
    req("startedAt", nullable(kTime)),
    req("endedAt", nullable(kTime)),
    req("endReason", nullable(one_of(kEndReason))),
    req("lastMessage", nullable(kChatMessageType)),
    req("readMarkers", map(kId), "For each user the last message they have read."),
    req("createdAt", kTime),
    req("version", kCount, "Grows with each change: apply only what is greater."),
    opt("accessLost", kFlag, "True in the last `chat:updated` for an agent who may not see it any more; only status and version are new."),
};
inline constexpr Object kConversation{"Conversation", "A live chat without its messages.", kConversationFields};
inline constexpr Type kConversationType = ref(kConversation);

inline constexpr std::array kChatTypingFields{req("conversationId", kId), req("user", kUserRefType)};
inline constexpr Object kChatTyping{"ChatTyping", "Someone writes.", kChatTypingFields};
inline constexpr Type kChatTypingType = ref(kChatTyping);

inline constexpr std::array kChatStopTypingFields{req("conversationId", kId), req("userId", kId)};
inline constexpr Object kChatStopTyping{"ChatStopTyping", "They write no more.", kChatStopTypingFields};
inline constexpr Type kChatStopTypingType = ref(kChatStopTyping);

inline constexpr std::array kChatReadFields{req("conversationId", kId), req("userId", kId), req("messageId", kId)};
inline constexpr Object kChatRead{"ChatRead", "A user has read up to this message.", kChatReadFields};
inline constexpr Type kChatReadType = ref(kChatRead);

inline constexpr std::array kChatUserFields{
    req("id", kId), req("name", kText), maybe("avatarUrl", kText), req("role", one_of(kRole)), opt("status", one_of(kPresenceStatus)),
};
inline constexpr Object kChatUser{"ChatUser", "Somebody who is in the conversation now.", kChatUserFields};
inline constexpr Type kChatUserType = ref(kChatUser);

inline constexpr std::array kChatOnlineFields{
    req("conversationId", kId),
    req("users", list(kChatUserType, 100), "Each once, however many tabs they have."),
    opt("count", kCount, "How many there are when they are over 100."),
};
inline constexpr Object kChatOnline{"ChatOnline", "Who is in the conversation.", kChatOnlineFields};
inline constexpr Type kChatOnlineType = ref(kChatOnline);

inline constexpr std::array kChatEndedFields{
    req("conversationId", kId),
    req("reason", one_of(kEndReason)),
    maybe("endedAt", kTime),
    opt("by", kUserRefType),
};
inline constexpr Object kChatEnded{"ChatEnded", "The conversation is over.", kChatEndedFields};
inline constexpr Type kChatEndedType = ref(kChatEnded);

inline constexpr std::array kJoinedFields{req("conversation", kConversationType), req("cursor", kText)};
inline constexpr Object kChatJoined{"ChatJoined", "The conversation as it stands.", kJoinedFields};
inline constexpr Type kChatJoinedType = ref(kChatJoined);

inline constexpr std::array kEnteredFields{req("conversationId", kId), req("conversation", kConversationType), req("cursor", kText)};
inline constexpr Object kChatEntered{"ChatEntered", "A conversation of `auth.conversations`, entered at CONNECT.", kEnteredFields};
inline constexpr Type kChatEnteredType = ref(kChatEntered);

// What clients write.

inline constexpr std::array kChatJoinFields{
    req("conversationId", kId),
    opt("since", kText, "A cursor or an eventId: what came after it is sent first."),
    opt("observe", kFlag, "An admin looks on without taking part."),
};
inline constexpr Object kChatJoin{"ChatJoin", "Which conversation to enter.", kChatJoinFields, true};
inline constexpr Type kChatJoinType = ref(kChatJoin);

inline constexpr std::array kConversationRefFields{req("conversationId", kId)};
inline constexpr Object kConversationRef{"ConversationRef", "A conversation.", kConversationRefFields, true};
inline constexpr Type kConversationRefType = ref(kConversationRef);

inline constexpr std::array kSendChatMessageFields{
    req("conversationId", kId),
    req("content", kContent),
    opt("type", one_of(kMessageType), "`text` when absent."),
    opt("attachments", kNewAttachments),
    opt("clientMessageId", kKey, "A resend with the same one is answered with the first message and not sent again."),
};
inline constexpr Object kSendChatMessage{"SendChatMessage", "A message to send.", kSendChatMessageFields, true};
inline constexpr Type kSendChatMessageType = ref(kSendChatMessage);

inline constexpr std::array kMarkChatReadFields{req("conversationId", kId), req("messageId", kId)};
inline constexpr Object kMarkChatRead{"MarkChatRead", "Up to where one has read.", kMarkChatReadFields, true};
inline constexpr Type kMarkChatReadType = ref(kMarkChatRead);

inline constexpr std::array kNewChatMessageFields{
    req("content", kContent),
    opt("type", one_of(kMessageType), "`text` when absent."),
    opt("attachments", kNewAttachments),
    opt("clientMessageId", kKey),
};
inline constexpr Object kNewChatMessage{"NewChatMessage", "A message to send.", kNewChatMessageFields, true};
inline constexpr Type kNewChatMessageType = ref(kNewChatMessage);

inline constexpr std::array kNewConversationFields{
    opt("id", kId, "Chosen by the caller; made by the server when absent."),
    opt("customerId", kId, "The caller when they are a customer."),
    opt("teamId", kId),
    opt("ticketId", kId),
};
inline constexpr Object kNewConversation{"NewConversation", "A conversation to be opened.", kNewConversationFields, true};
inline constexpr Type kNewConversationType = ref(kNewConversation);

inline constexpr std::array kMessageRefFields{req("messageId", kId)};
inline constexpr Object kMessageRef{"MessageRef", "A message.", kMessageRefFields, true};
inline constexpr Type kMessageRefType = ref(kMessageRef);

inline constexpr std::array kAgentRefFields{req("agentId", kId)};
inline constexpr Object kAgentRef{"AgentRef", "An agent.", kAgentRefFields, true};
inline constexpr Type kAgentRefType = ref(kAgentRef);

inline constexpr std::array kEndConversationFields{opt("reason", one_of(kEndReason), "By the caller's role when absent.")};
inline constexpr Object kEndConversation{"EndConversation", "Why it ends.", kEndConversationFields, true};
inline constexpr Type kEndConversationType = ref(kEndConversation);

}  // namespace desk::schema
