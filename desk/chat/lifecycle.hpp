#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "desk/chat/commands.hpp"

/// Reading, assigning and ending live chats.
namespace desk::chat {

/// Moves the actor's read marker forward: emits chat:read. An older or equal message, or one before the actor's own last message, is
/// fine and emits nothing. Errors: RoomNotFound (also: no such message in it), Forbidden where not `joined`.
struct ReadConversation {
    std::string conversation;
    std::string message;
    bool joined = false;  ///< as in SendChatMessage
};

/// Gives the conversation to an agent, beside those it has; a waiting one becomes active. Emits chat:updated.
/// Errors: RoomNotFound, Forbidden (staff only), ConversationEnded, InvalidPayload (unknown agent).
struct AssignConversation {
    std::string conversation;
    std::string agent;
};

/// Emits chat:updated, then chat:ended, once for each conversation. Default reason: by who ends it.
/// Errors: RoomNotFound, Forbidden, Conflict {reason: ENDED}, InvalidPayload (a reason that is not this actor's to give).
struct EndConversation {
    std::string conversation;
    std::optional<EndReason> reason;
};

/// How long a conversation goes on by itself.
struct ChatTimes {
    std::chrono::milliseconds customer_timeout = std::chrono::seconds(120);  ///< without its customer, who has been there
    std::chrono::milliseconds inactivity = std::chrono::minutes(30);         ///< without a message, or an agent who takes it
};

/// Ends the conversation if its time is over, as the server: emits chat:updated, then chat:ended with customer_timeout or inactivity.
/// Else it takes down from when on to look again.
struct ExpireConversation {
    std::string conversation;
    ChatTimes times;
};

struct ExpireOutcome {
    std::optional<EndReason> ended;
};

struct ReadOutcome {
    bool moved = false;
};

Result<ReadOutcome> run(store::Transaction& tx, const Actor& actor, const ReadConversation& command);
Result<ConversationOutcome> run(store::Transaction& tx, const Actor& actor, const AssignConversation& command);
Result<ConversationOutcome> run(store::Transaction& tx, const Actor& actor, const EndConversation& command);

Result<ExpireOutcome> run(store::Transaction& tx, const Actor& actor, const ExpireConversation& command);
/// The customer has come, or has gone.
void note_customer(store::Transaction& tx, std::string_view conversation, bool here);

}  // namespace desk::chat
