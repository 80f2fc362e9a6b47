#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/model/people.hpp"

namespace desk {

/// A live chat between one customer and agents.
struct Conversation {
    std::string id;
    std::string org;
    ConversationStatus status = ConversationStatus::Waiting;
    UserRef customer;
    std::vector<UserRef> agents;  ///< in the order they joined
    std::optional<std::string> team;
    std::optional<std::string> ticket;
    std::int64_t last_number = 0;  ///< of its newest message; 0: none yet
    std::optional<std::int64_t> waiting_since_us;
    std::optional<std::int64_t> started_at_us;
    std::optional<std::int64_t> ended_at_us;
    std::optional<EndReason> end_reason;
    std::int64_t created_at_us = 0;
    std::int64_t version = 1;  ///< messages and read markers do not move it

    bool has_agent(std::string_view user) const;
    bool operator==(const Conversation&) const = default;
};

/// Who has read how far.
struct ReadMarker {
    std::string user;
    std::int64_t number = 0;
    std::string message;
    bool operator==(const ReadMarker&) const = default;
};

/// A message of a conversation.
struct ChatMessage {
    std::string id;
    std::string conversation;
    std::int64_t number = 0;
    UserRef sender;
    std::string content;
    MessageType type = MessageType::Text;
    std::string attachments_json = "[]";
    std::optional<std::string> client_message_id;
    std::int64_t created_at_us = 0;

    bool operator==(const ChatMessage&) const = default;
};
void write_json(sio::json::Writer& w, const ChatMessage& message);
std::string to_json(const ChatMessage& message);

/// The Conversation of domain.md section 2.
void write_conversation(sio::json::Writer& w, const Conversation& conversation, const std::vector<ReadMarker>& markers,
                        const std::optional<ChatMessage>& last);
std::string to_json(const Conversation& conversation, const std::vector<ReadMarker>& markers, const std::optional<ChatMessage>& last);

}  // namespace desk
