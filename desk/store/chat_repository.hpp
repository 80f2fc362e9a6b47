#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/conversation.hpp"
#include "desk/store/sql.hpp"

namespace desk::store {

/// Which conversations a list wants; newest first.
struct ConversationFilter {
    std::optional<ConversationStatus> status;
    std::optional<std::string> customer;
    std::optional<std::string> agent;
    std::string before_id;  ///< continue after this one of the last page; empty: from the newest
    std::int64_t limit = 50;
};

/// The conversations of one org.
class Conversations {
public:
    Conversations(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Conversation> find(std::string_view id) const;
    std::vector<Conversation> list(const ConversationFilter& filter) const;
    void insert(const Conversation& conversation);
    /// All but its last number; agents that are new are added, in order.
    void update(const Conversation& conversation);
    /// The next message's number, counted in the row; nullopt: ended, or no such conversation.
    std::optional<std::int64_t> take_number(std::string_view id);

    /// What users have read, their own messages included.
    std::vector<ReadMarker> markers(std::string_view id) const;
    std::optional<std::int64_t> marker(std::string_view id, std::string_view user) const;
    void save_marker(std::string_view id, const ReadMarker& marker);

private:
    sql::Session& session_;
    std::string_view org_;
};

/// The messages of one org's conversations.
class ChatMessages {
public:
    ChatMessages(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<ChatMessage> find(std::string_view conversation, std::string_view id) const;
    std::optional<ChatMessage> at(std::string_view conversation, std::int64_t number) const;
    std::optional<ChatMessage> find_resent(std::string_view conversation, std::string_view sender,
                                           std::string_view client_message_id) const;
    /// True when `user` has sent a message with this or a greater number.
    bool sent_since(std::string_view conversation, std::string_view user, std::int64_t number) const;
    /// In order of number, `after` < number.
    std::vector<ChatMessage> list_after(std::string_view conversation, std::int64_t after, std::int64_t limit) const;
    /// The last `limit` with number < `before`, in order of number.
    std::vector<ChatMessage> list_before(std::string_view conversation, std::int64_t before, std::int64_t limit) const;
    void insert(const ChatMessage& message);

private:
    sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::store
