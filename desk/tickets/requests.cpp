#include "desk/tickets/requests.hpp"

#include "desk/model/fields.hpp"
#include "desk/tickets/checks.hpp"

namespace desk::tickets {

Result<NewMessage> read_new_message(sio::json::Value body) {
    Fields fields(body);
    NewMessage message;
    message.content = fields.text("content");
    message.type = fields.one_of("type", MessageType::Text);
    message.visibility = fields.one_of("visibility", Visibility::Public);
    message.attachments = fields.attachments("attachments");
    message.in_reply_to = fields.optional_id("inReplyTo");
    message.client_message_id = fields.optional_text("clientMessageId");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return message;
}

Result<CreateTicket> read_create_ticket(sio::json::Value body) {
    Fields fields(body);
    CreateTicket command;
    command.id = fields.optional_id("id");
    command.subject = fields.text("subject");
    command.priority = fields.one_of("priority", Priority::Normal);
    command.channel = fields.one_of("channel", Channel::Web);
    command.requester = fields.optional_id("requesterId");
    command.assignee = fields.optional_id("assigneeId");
    command.team = fields.optional_id("teamId");
    command.participants = fields.ids("participantIds", kMaxParticipants);
    command.tags = fields.texts("tags", kMaxTags);
    command.custom_fields_json = fields.object("customFields");
    // The first message is a plain text, or an object like that of /messages.
    const auto message = fields.member("message");
    if (message.is_object()) {
        auto first = read_new_message(message);
        if (!first) return std::unexpected(std::move(first.error()));
        command.message = std::move(*first);
    } else if (auto text = fields.optional_text("message")) {
        command.message = NewMessage{.content = std::move(*text)};
    }
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

Result<ChangeTicket> read_change_ticket(sio::json::Value body) {
    Fields fields(body);
    ChangeTicket command;
    const auto clearable = [&](std::string_view name) -> std::optional<std::optional<std::string>> {
        if (!fields.member(name)) return std::nullopt;
        return fields.optional_id(name);
    };
    command.subject = fields.optional_text("subject");
    if (fields.member("status")) command.status = fields.one_of("status", TicketStatus::Open);
    if (fields.member("priority")) command.priority = fields.one_of("priority", Priority::Normal);
    command.assignee = clearable("assigneeId");
    command.team = clearable("teamId");
    command.requester = fields.optional_id("requesterId");
    if (fields.member("participantIds")) command.participants = fields.ids("participantIds", kMaxParticipants);
    if (fields.member("tags")) command.tags = fields.texts("tags", kMaxTags);
    if (fields.member("customFields")) command.custom_fields_json = fields.object("customFields");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

}  // namespace desk::tickets
