#include "desk/chat/requests.hpp"

#include "desk/model/fields.hpp"

namespace desk::chat {

Result<CreateConversation> read_create_conversation(sio::json::Value body) {
    Fields fields(body);
    CreateConversation command;
    command.id = fields.optional_id("id");
    command.customer = fields.optional_id("customerId");
    command.team = fields.optional_id("teamId");
    command.ticket = fields.optional_id("ticketId");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

Result<SendChatMessage> read_chat_message(sio::json::Value body) {
    Fields fields(body);
    SendChatMessage command;
    command.content = fields.text("content");
    command.type = fields.one_of("type", MessageType::Text);
    command.attachments = fields.attachments("attachments");
    command.client_message_id = fields.optional_text("clientMessageId");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

}  // namespace desk::chat
