#pragma once

#include <cstdint>
#include <limits>
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

/// A customer who has a socket in the conversation.
inline constexpr std::int64_t kStillHere = std::numeric_limits<std::int64_t>::max();

/// The conversations of one org.
class Conversations {
public:
    Conversations(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Conversation> find(std::string_view id) const;
    std::vector<Conversation> list(const ConversationFilter& filter) const;
    /// `real_us`: it is active from then on (Transaction::real_us).
    void insert(const Conversation& conversation, std::int64_t real_us);
    /// All but its last number; agents that are new are added, in order.
    void update(const Conversation& conversation);
    /// The next message's number, counted in the row; nullopt: ended, or no such conversation.
    std::optional<std::int64_t> take_number(std::string_view id, std::int64_t real_us);

    /// What users have read, their own messages included.
    std::vector<ReadMarker> markers(std::string_view id) const;
    std::optional<std::int64_t> marker(std::string_view id, std::string_view user) const;
    void save_marker(std::string_view id, const ReadMarker& marker);

    // Times of the rest: Transaction::real_us.

    /// When it was opened, taken by an agent, or written into last.
    std::optional<std::int64_t> active_at(std::string_view id) const;
    void set_active_at(std::string_view id, std::int64_t time_us);
    /// Until when the customer was there: nullopt, never; kStillHere, they are. Of an ended conversation it does not change any more.
    std::optional<std::int64_t> customer_here_until(std::string_view id) const;
    void set_customer_here_until(std::string_view id, std::int64_t time_us);
    /// Nobody has written since, as far as known: the conversation is looked at again when that is long enough ago.
    void set_quiet_since(std::string_view id, std::int64_t time_us);

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

/// Open conversations of all orgs that may have to end.
struct DueConversations {
    struct Name {
        std::string org;
        std::string id;
        bool operator==(const Name&) const = default;
    };
    std::vector<Name> due;
    std::optional<std::int64_t> next_absence;  ///< customer_here_until of the next one that is not due yet
    std::optional<std::int64_t> next_quiet;    ///< its quiet_since likewise
};

/// Those whose customer was there last at `absent_before_us` or earlier, or that were quiet since `quiet_before_us` or earlier; at most
/// `limit` of each kind, the oldest first. Reads two indexes and nothing else.
DueConversations due_conversations(sql::Session& session, std::int64_t absent_before_us, std::int64_t quiet_before_us, std::int64_t limit);

/// Those whose customer is there, of all orgs.
std::vector<DueConversations::Name> conversations_with_customer(sql::Session& session);

/// After a start nobody is there any more: every customer who was, was there until `now_us`. How many.
std::int64_t forget_presence(sql::Session& session, std::int64_t now_us);

}  // namespace desk::store
