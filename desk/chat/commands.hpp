#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/model/conversation.hpp"
#include "desk/model/cursor.hpp"
#include "desk/model/people.hpp"
#include "desk/model/ticket.hpp"
#include "desk/store/transaction.hpp"

/// What can be done in live chats, the same from every door. A conversation that is not there, or is another org's, is RoomNotFound; one
/// the actor may not see is Forbidden.
namespace desk::chat {

/// Emits chat:updated. Errors: Forbidden (a customer opening for somebody else; an id of one's own choosing without being admin or bot),
/// InvalidPayload (unknown customer, team or ticket), Conflict {reason: EXISTS}.
struct CreateConversation {
    std::optional<std::string> id;
    std::optional<std::string> customer;  ///< default for a customer: the actor
    std::optional<std::string> team;
    std::optional<std::string> ticket;
};

/// Entering a conversation. The first agent makes a waiting one active; agents who are new are added: emits chat:updated. `observe`, for
/// admins, changes nothing. An ended one may be joined, to read.
struct JoinConversation {
    std::string conversation;
    bool observe = false;
};

/// Emits chat:message; the conversation's version stays. A resend of a clientMessageId gives the first message again, also after the end.
/// Errors: ConversationEnded, InvalidPayload, PayloadTooLarge; where not `joined`, Forbidden.
struct SendChatMessage {
    std::string conversation;
    std::string content;  ///< any bytes; repaired and bounded here
    MessageType type = MessageType::Text;
    std::vector<Attachment> attachments;
    std::optional<std::string> client_message_id;
    bool joined = false;  ///< the caller has checked that the actor's socket is in the room, so access was checked when it joined
};

struct ConversationOutcome {
    Conversation conversation;
    std::string json;  ///< the Conversation of domain.md 2
};

struct JoinOutcome {
    Conversation conversation;
    std::string json;
    Cursor cursor;                          ///< everything up to here is in what the joiner can read
    std::optional<std::string> ended_json;  ///< chat:ended to be shown to a late joiner
};

struct ChatMessageOutcome {
    ChatMessage message;
    std::string json;  ///< the ChatMessage, for the ack or the response
    bool duplicate = false;
};

Result<ConversationOutcome> run(store::Transaction& tx, const Actor& actor, const CreateConversation& command);
Result<JoinOutcome> run(store::Transaction& tx, const Actor& actor, const JoinConversation& command);
Result<ChatMessageOutcome> run(store::Transaction& tx, const Actor& actor, const SendChatMessage& command);

/// The conversation if the actor may see it. Errors: RoomNotFound, Forbidden.
Result<Conversation> accessible_conversation(const store::Snapshot& snapshot, const Actor& actor, std::string_view id);

/// Its JSON, with read markers and the last message.
std::string describe(const store::Snapshot& snapshot, const Conversation& conversation);

}  // namespace desk::chat
