#pragma once

#include "desk/schema/common_types.hpp"

/// Tickets and their messages.
namespace desk::schema {

inline constexpr WordList kTicketStatus{"TicketStatus", Names<TicketStatus>::kAll};
inline constexpr WordList kChannel{"Channel", Names<Channel>::kAll};
inline constexpr WordList kVisibility{"Visibility", Names<Visibility>::kAll};

inline constexpr std::array<std::string_view, 3> kSlaTargetNames{"first_response", "next_response", "resolution"};
inline constexpr WordList kSlaTargetName{"SlaTargetName", kSlaTargetNames};
inline constexpr std::array<std::string_view, 4> kSlaStateNames{"running", "paused", "met", "breached"};
inline constexpr WordList kSlaState{"SlaState", kSlaStateNames};

inline constexpr std::array kSlaTargetFields{
    req("target", one_of(kSlaTargetName)),
    req("dueAt", nullable(kTime), "null when paused."),
    req("state", one_of(kSlaState)),
    opt("warned", kFlag),
    maybe("remainingSec", kCount, "When paused."),
};
inline constexpr Object kSlaTarget{"SlaTarget", "One promise of a policy to this ticket.", kSlaTargetFields};
inline constexpr Type kSlaTargetType = ref(kSlaTarget);

inline constexpr std::array kTicketSlaFields{req("policyId", kId), req("targets", list(kSlaTargetType))};
inline constexpr Object kTicketSla{"TicketSla", "What was promised for a ticket, and by when.", kTicketSlaFields};

inline constexpr Type kTags = list(kText);

inline constexpr std::array kTicketFields{
    req("id", kId),
    req("number", kCount, "Counts up within the org."),
    req("orgId", kId),
    req("subject", kText),
    req("status", one_of(kTicketStatus)),
    req("priority", one_of(kPriority)),
    req("channel", one_of(kChannel)),
    req("requester", kUserRefType),
    req("assignee", nullable(kUserRefType)),
    req("teamId", nullable(kId)),
    req("participantIds", kIdList),
    req("tags", kTags),
    req("customFields", kAnyObject),
    req("messageCount", kCount, "Customers' counts leave internal notes out."),
    req("lastMessageAt", nullable(kTime)),
    req("waitingSince", nullable(kTime), "Since when the customer waits; null after an agent's reply."),
    req("firstRespondedAt", nullable(kTime)),
    req("resolvedAt", nullable(kTime)),
    req("closedAt", nullable(kTime)),
    maybe("sla", ref(kTicketSla), "To staff only, and only while something is promised; null among changes when nothing is any more."),
    req("createdAt", kTime),
    req("updatedAt", kTime),
    req("version", kCount, "Grows with each change: apply only what is greater."),
};
inline constexpr Object kTicket{"Ticket", "A ticket without its messages.", kTicketFields};
inline constexpr Type kTicketType = ref(kTicket);

inline constexpr std::array kTicketUpdateFields{
    req("ticketId", kId),
    opt("version", kCount, "Absent when access was lost by a change of role or teams."),
    req("changes", partial(kTicket), "New values, to be merged into the ticket."),
    opt("previous", partial(kTicket), "The values before, to staff only."),
    opt("by", kUserRefType, "Absent when access was lost."),
    opt("updatedAt", kTime),
    opt("accessLost", kFlag, "True when the reader may not see the ticket any more; `changes` is empty then."),
};
inline constexpr Object kTicketUpdate{"TicketUpdate", "What one change did to a ticket.", kTicketUpdateFields};
inline constexpr Type kTicketUpdateType = ref(kTicketUpdate);

inline constexpr std::array kMessageFields{
    req("id", kId),
    req("ticketId", kId),
    req("number", kCount, "1 and up within the ticket."),
    req("author", kUserRefType),
    req("content", kContent),
    req("type", one_of(kMessageType)),
    req("visibility", one_of(kVisibility)),
    req("attachments", kAttachments),
    maybe("inReplyTo", kId),
    maybe("clientMessageId", kKey),
    req("createdAt", kTime),
    maybe("editedAt", kTime),
};
inline constexpr Object kMessage{"Message", "A message of a ticket.", kMessageFields};
inline constexpr Type kTicketMessageType = ref(kMessage);

inline constexpr std::array kTicketAssignedFields{
    req("ticket", kTicketType),
    req("agent", nullable(kUserRefType), "null: nobody any more."),
    maybe("previousAgent", kUserRefType),
    req("by", kUserRefType),
};
inline constexpr Object kTicketAssigned{"TicketAssigned", "Who works on a ticket now.", kTicketAssignedFields};
inline constexpr Type kTicketAssignedType = ref(kTicketAssigned);

inline constexpr std::array kTicketStatusFields{
    req("ticketId", kId),   req("status", one_of(kTicketStatus)), req("previousStatus", one_of(kTicketStatus)), req("by", kUserRefType),
    opt("version", kCount),
};
inline constexpr Object kTicketStatusChange{"TicketStatusChange", "A ticket's new status.", kTicketStatusFields};
inline constexpr Type kTicketStatusChangeType = ref(kTicketStatusChange);

inline constexpr std::array kTicketTypingFields{req("ticketId", kId), req("user", kUserRefType)};
inline constexpr Object kTicketTyping{"TicketTyping", "Someone writes.", kTicketTypingFields};
inline constexpr Type kTicketTypingType = ref(kTicketTyping);

inline constexpr std::array kTicketStopTypingFields{req("ticketId", kId), req("userId", kId)};
inline constexpr Object kTicketStopTyping{"TicketStopTyping", "They write no more.", kTicketStopTypingFields};
inline constexpr Type kTicketStopTypingType = ref(kTicketStopTyping);

inline constexpr std::array kSlaWarningFields{
    req("ticket", kTicketType),
    req("minutesLeft", kCount),
    req("target", one_of(kSlaTargetName)),
    req("dueAt", kTime),
};
inline constexpr Object kSlaWarning{"SlaWarning", "A promise is close to its time.", kSlaWarningFields};
inline constexpr Type kSlaWarningType = ref(kSlaWarning);

inline constexpr std::array kSlaBreachedFields{
    req("ticket", kTicketType),
    req("target", one_of(kSlaTargetName)),
    req("dueAt", kTime),
    opt("late", kFlag, "The server was away when it was due."),
};
inline constexpr Object kSlaBreached{"SlaBreached", "A promise was not kept.", kSlaBreachedFields};
inline constexpr Type kSlaBreachedType = ref(kSlaBreached);

inline constexpr std::array kSubscribedFields{req("ticketId", kId), req("cursor", kText)};
inline constexpr Object kTicketSubscribed{"TicketSubscribed", "The ticket's events come from now on.", kSubscribedFields};
inline constexpr Type kTicketSubscribedType = ref(kTicketSubscribed);

inline constexpr std::array kUnsubscribedFields{req("ticketId", kId), req("reason", kText, "ACCESS_LOST.")};
inline constexpr Object kTicketUnsubscribed{"TicketUnsubscribed", "The ticket's events end here.", kUnsubscribedFields};
inline constexpr Type kTicketUnsubscribedType = ref(kTicketUnsubscribed);

// What clients write.

inline constexpr std::array kTicketSubscribeFields{
    req("ticketId", kId),
    opt("since", kText, "A cursor or an eventId: what came after it is sent first."),
};
inline constexpr Object kTicketSubscribe{"TicketSubscribe", "Which ticket to follow.", kTicketSubscribeFields, true};
inline constexpr Type kTicketSubscribeType = ref(kTicketSubscribe);

inline constexpr std::array kTicketRefFields{req("ticketId", kId)};
inline constexpr Object kTicketRef{"TicketRef", "A ticket.", kTicketRefFields, true};
inline constexpr Type kTicketRefType = ref(kTicketRef);

inline constexpr std::array kStartTypingFields{
    req("ticketId", kId),
    opt("internal", kFlag, "Typed into an internal note: shown to staff only."),
};
inline constexpr Object kStartTyping{"TicketStartTyping", "Where one writes.", kStartTypingFields, true};
inline constexpr Type kStartTypingType = ref(kStartTyping);

inline constexpr std::array kNewMessageFields{
    req("content", kContent),
    opt("type", one_of(kMessageType), "`text` when absent."),
    opt("visibility", one_of(kVisibility), "`public` when absent."),
    opt("attachments", kNewAttachments),
    opt("inReplyTo", kId),
    opt("clientMessageId", kKey, "A resend with the same one is answered with the first message and not sent again."),
};
inline constexpr Object kNewMessage{"NewMessage", "A message to be written into a ticket.", kNewMessageFields, true};
inline constexpr Type kNewMessageType = ref(kNewMessage);

inline constexpr Type kTag = text(100);
inline constexpr Type kInputTags = list(kTag, 50);
inline constexpr Type kParticipants = list(kId, 100);

inline constexpr std::array kNewTicketFields{
    opt("id", kId, "Chosen by the caller; made by the server when absent."),
    req("subject", text(500)),
    opt("message", text_or(kNewMessage)),
    opt("priority", one_of(kPriority), "`normal` when absent."),
    opt("channel", one_of(kChannel), "`web` when absent."),
    opt("requesterId", kId, "The caller when absent."),
    opt("assigneeId", kId),
    opt("teamId", kId),
    opt("participantIds", kParticipants),
    opt("tags", kInputTags),
    opt("customFields", kAnyObject),
};
inline constexpr Object kNewTicket{"NewTicket", "A ticket to be created.", kNewTicketFields, true};
inline constexpr Type kNewTicketType = ref(kNewTicket);

inline constexpr std::array kTicketPatchFields{
    opt("subject", text(500)),
    opt("status", one_of(kTicketStatus)),
    opt("priority", one_of(kPriority)),
    opt("assigneeId", kId, "null: nobody."),
    opt("teamId", kId, "null: no team."),
    opt("requesterId", kId),
    opt("participantIds", kParticipants),
    opt("tags", kInputTags),
    opt("customFields", kAnyObject),
};
inline constexpr Object kTicketPatch{"TicketPatch", "What to change of a ticket; absent members stay.", kTicketPatchFields, true};
inline constexpr Type kTicketPatchType = ref(kTicketPatch);

// Polling.

inline constexpr std::array kUpdateFields{
    req("eventId", kId),      req("seq", kCount), req("event", kText, "The event's name."), req("data", kAnyObject, "The event's payload."),
    req("occurredAt", kTime),
};
inline constexpr Object kUpdate{"Update", "One event, as the sockets get it.", kUpdateFields};
inline constexpr Type kUpdateType = ref(kUpdate);

inline constexpr std::array kUpdatesFields{
    req("updates", list(kUpdateType)),
    req("cursor", kText, "`since` of the next request."),
    req("hasMore", kFlag),
    req("serverTime", kTime),
};
inline constexpr Object kUpdates{"Updates", "What happened since.", kUpdatesFields};
inline constexpr Type kUpdatesType = ref(kUpdates);

}  // namespace desk::schema
