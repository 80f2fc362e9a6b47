#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/model/conversation.hpp"
#include "desk/model/event.hpp"

/// The rows that chat commands put into the log (domain.md 2, 3.1, 3.6). Pure functions.  Thread: any.
namespace desk::chat {

/// `body` is the ChatMessage as JSON; everybody in the conversation's room gets it, the sender too.
EventRow chat_message(const ChatMessage& message, std::string body);

/// To the staff who may access the conversation; never to customers. `body` is the Conversation as JSON.
EventRow chat_updated(const Conversation& conversation, const AccessRules& rules, const UserRef& by, std::string body);
/// Of a change. Staff who may not access it any more are told the new status and `accessLost: true`, for the last time.
EventRow chat_updated(const Conversation& before, const Conversation& after, const AccessRules& rules, const UserRef& by, std::string body);

EventRow chat_read(const std::string& conversation, const ReadMarker& marker);

/// Once for each conversation.
EventRow chat_ended(const Conversation& conversation, const UserRef& by);

/// `{conversationId, reason}`: what a late joiner of an ended conversation gets, without eventId and seq.
std::string ended_payload(const Conversation& conversation);

}  // namespace desk::chat
