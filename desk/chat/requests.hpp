#pragma once

#include "desk/chat/commands.hpp"
#include "desk/model/error.hpp"
#include "sio/base/json.hpp"

/// What clients write, as commands (domain.md 4). Errors: InvalidPayload {field, reason}.
namespace desk::chat {

Result<CreateConversation> read_create_conversation(sio::json::Value body);
/// `conversation` and `joined` are the caller's to set.
Result<SendChatMessage> read_chat_message(sio::json::Value body);

}  // namespace desk::chat
