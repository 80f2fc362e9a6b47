#include "desk/store/chat_repository.hpp"

#include <algorithm>

#include "desk/store/columns.hpp"

namespace desk::store {
namespace {

#define DESK_CONVERSATION_COLUMNS                                                                                       \
    "SELECT c.id, c.status, c.customer_id, u.id, u.name, u.avatar_url, u.role, c.team_id, c.ticket_id, c.last_number, " \
    "c.waiting_since, c.started_at, c.ended_at, c.end_reason, c.created_at, c.version FROM conversations c "            \
    "LEFT JOIN users u ON u.org = c.org AND u.id = c.customer_id WHERE c.org = ?1"

constexpr sql::Sql kFind{DESK_CONVERSATION_COLUMNS " AND c.id = ?2"};
constexpr std::string_view kList{DESK_CONVERSATION_COLUMNS};
constexpr sql::Sql kAgents{
    "SELECT a.user_id, u.id, u.name, u.avatar_url, u.role FROM conversation_agents a LEFT JOIN users u ON u.org = a.org AND u.id = "
    "a.user_id "
    "WHERE a.org = ?1 AND a.conversation_id = ?2 ORDER BY a.position"};
constexpr sql::Sql kInsert{
    "INSERT INTO conversations (org, id, status, customer_id, team_id, ticket_id, last_number, waiting_since, started_at, ended_at, "
    "end_reason, created_at, version, quiet_since, active_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)"};
constexpr sql::Sql kUpdate{
    "UPDATE conversations SET status = ?3, team_id = ?4, ticket_id = ?5, waiting_since = ?6, started_at = ?7, ended_at = ?8, "
    "end_reason = ?9, version = ?10 WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kDropAgents{"DELETE FROM conversation_agents WHERE org = ?1 AND conversation_id = ?2"};
constexpr sql::Sql kAddAgent{"INSERT INTO conversation_agents (org, conversation_id, position, user_id) VALUES (?1, ?2, ?3, ?4)"};
constexpr sql::Sql kTakeNumber{
    "UPDATE conversations SET last_number = last_number + 1, active_at = ?3 WHERE org = ?1 AND id = ?2 AND status <> 'ended' "
    "RETURNING last_number"};

constexpr sql::Sql kActiveAt{"SELECT active_at FROM conversations WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kSetActiveAt{"UPDATE conversations SET active_at = ?3 WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kHereUntil{"SELECT customer_here_until FROM conversations WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kSetHereUntil{"UPDATE conversations SET customer_here_until = ?3 WHERE org = ?1 AND id = ?2 AND status <> 'ended'"};
constexpr sql::Sql kSetQuietSince{"UPDATE conversations SET quiet_since = ?3 WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kAbsent{
    "SELECT org, id FROM conversations WHERE customer_here_until <= ?1 AND status <> 'ended' ORDER BY customer_here_until LIMIT ?2"};
constexpr sql::Sql kQuiet{"SELECT org, id FROM conversations WHERE quiet_since <= ?1 AND status <> 'ended' ORDER BY quiet_since LIMIT ?2"};
constexpr sql::Sql kNextAbsent{
    "SELECT MIN(customer_here_until) FROM conversations WHERE customer_here_until > ?1 AND customer_here_until < ?2 AND status <> 'ended'"};
constexpr sql::Sql kNextQuiet{"SELECT MIN(quiet_since) FROM conversations WHERE quiet_since > ?1 AND status <> 'ended'"};
constexpr sql::Sql kWithCustomer{"SELECT org, id FROM conversations WHERE customer_here_until = ?1 AND status <> 'ended'"};
constexpr sql::Sql kForgetPresence{
    "UPDATE conversations SET customer_here_until = ?2 WHERE customer_here_until = ?1 AND status <> 'ended'"};

constexpr sql::Sql kMarkers{
    "SELECT user_id, number, message_id FROM read_markers WHERE org = ?1 AND conversation_id = ?2 ORDER BY user_id"};
constexpr sql::Sql kOwnLast{
    "SELECT sender_id, number, id FROM chat_messages WHERE org = ?1 AND conversation_id = ?2 AND number IN (SELECT MAX(number) FROM "
    "chat_messages WHERE org = ?1 AND conversation_id = ?2 GROUP BY sender_id) ORDER BY sender_id"};
constexpr sql::Sql kMarker{"SELECT number FROM read_markers WHERE org = ?1 AND conversation_id = ?2 AND user_id = ?3"};
constexpr sql::Sql kSaveMarker{
    "INSERT INTO read_markers (org, conversation_id, user_id, number, message_id) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (org, conversation_id, user_id) DO UPDATE SET number = excluded.number, message_id = excluded.message_id"};

#define DESK_CHAT_COLUMNS                                                                                            \
    "SELECT m.id, m.conversation_id, m.number, m.sender_id, u.id, u.name, u.avatar_url, u.role, m.content, m.type, " \
    "m.attachments, m.client_message_id, m.created_at FROM chat_messages m "                                         \
    "LEFT JOIN users u ON u.org = m.org AND u.id = m.sender_id WHERE m.org = ?1 AND "

constexpr sql::Sql kFindMessage{DESK_CHAT_COLUMNS "m.conversation_id = ?2 AND m.id = ?3"};
constexpr sql::Sql kMessageAt{DESK_CHAT_COLUMNS "m.conversation_id = ?2 AND m.number = ?3"};
constexpr sql::Sql kFindResent{DESK_CHAT_COLUMNS "m.conversation_id = ?2 AND m.sender_id = ?3 AND m.client_message_id = ?4"};
constexpr sql::Sql kSentSince{
    "SELECT 1 FROM chat_messages WHERE org = ?1 AND conversation_id = ?2 AND number >= ?4 AND sender_id = ?3 ORDER BY number DESC LIMIT 1"};
constexpr sql::Sql kListAfter{DESK_CHAT_COLUMNS "m.conversation_id = ?2 AND m.number > ?3 ORDER BY m.number LIMIT ?4"};
constexpr sql::Sql kListBefore{DESK_CHAT_COLUMNS "m.conversation_id = ?2 AND m.number < ?3 ORDER BY m.number DESC LIMIT ?4"};
constexpr sql::Sql kInsertMessage{
    "INSERT INTO chat_messages (org, conversation_id, number, id, sender_id, content, type, attachments, client_message_id, created_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};

#undef DESK_CONVERSATION_COLUMNS
#undef DESK_CHAT_COLUMNS

Conversation read_conversation(const sql::Rows& row, std::string_view org) {
    Conversation c;
    c.id = row.text(0);
    c.org = org;
    c.status = word<ConversationStatus>(row, 1);
    c.customer = user_ref(row, 3, row.view(2));
    c.team = row.maybe_text(7);
    c.ticket = row.maybe_text(8);
    c.last_number = row.integer(9);
    c.waiting_since_us = row.maybe_integer(10);
    c.started_at_us = row.maybe_integer(11);
    c.ended_at_us = row.maybe_integer(12);
    if (!row.is_null(13)) c.end_reason = word<EndReason>(row, 13);
    c.created_at_us = row.integer(14);
    c.version = row.integer(15);
    return c;
}

ChatMessage read_message(const sql::Rows& row) {
    return {row.text(0),  row.text(1),        row.integer(2), user_ref(row, 4, row.view(3)), row.text(8), word<MessageType>(row, 9),
            row.text(10), row.maybe_text(11), row.integer(12)};
}

std::vector<ChatMessage> read_messages(sql::Rows rows) {
    std::vector<ChatMessage> out;
    while (rows.next()) out.push_back(read_message(rows));
    return out;
}

std::optional<ChatMessage> first_message(sql::Rows row) {
    if (!row.next()) return std::nullopt;
    return read_message(row);
}

std::vector<UserRef> read_agents(sql::Rows rows) {
    std::vector<UserRef> out;
    while (rows.next()) out.push_back(user_ref(rows, 1, rows.view(0)));
    return out;
}

void add_agents(sql::Session& session, std::string_view org, const Conversation& c) {
    for (std::size_t i = 0; i < c.agents.size(); ++i) session.run(kAddAgent, org, c.id, i, c.agents[i].id);
}

std::optional<std::string_view> reason(const Conversation& c) {
    return c.end_reason ? std::optional(to_string(*c.end_reason)) : std::nullopt;
}

}  // namespace

std::optional<Conversation> Conversations::find(std::string_view id) const {
    std::optional<Conversation> found;
    if (auto row = session_.query(kFind, org_, id); row.next()) found = read_conversation(row, org_);
    if (found) found->agents = read_agents(session_.query(kAgents, org_, id));
    return found;
}

std::vector<Conversation> Conversations::list(const ConversationFilter& filter) const {
    std::string sql(kList);
    std::vector<sql::Arg> args{org_};
    const auto where = [&](std::string_view before, const sql::Arg& value, std::string_view after) {
        args.push_back(value);
        sql.append(" AND ").append(before).append(" ?").append(std::to_string(args.size())).append(after);
    };
    if (filter.status) where("c.status =", to_string(*filter.status), "");
    if (filter.customer) where("c.customer_id =", *filter.customer, "");
    if (filter.agent) where("c.id IN (SELECT conversation_id FROM conversation_agents WHERE org = ?1 AND user_id =", *filter.agent, ")");
    if (!filter.before_id.empty()) where("c.id <", filter.before_id, "");
    args.emplace_back(filter.limit);
    sql.append(" ORDER BY c.id DESC LIMIT ?").append(std::to_string(args.size()));
    std::vector<Conversation> out;
    {
        auto rows = session_.query_text(sql, args);
        while (rows.next()) out.push_back(read_conversation(rows, org_));
    }
    for (Conversation& c : out) c.agents = read_agents(session_.query(kAgents, org_, c.id));
    return out;
}

void Conversations::insert(const Conversation& c, std::int64_t real_us) {
    session_.run(kInsert, org_, c.id, to_string(c.status), c.customer.id, c.team, c.ticket, c.waiting_since_us, c.started_at_us,
                 c.ended_at_us, reason(c), c.created_at_us, c.version, real_us);
    add_agents(session_, org_, c);
}

void Conversations::update(const Conversation& c) {
    session_.run(kUpdate, org_, c.id, to_string(c.status), c.team, c.ticket, c.waiting_since_us, c.started_at_us, c.ended_at_us, reason(c),
                 c.version);
    session_.run(kDropAgents, org_, c.id);
    add_agents(session_, org_, c);
}

std::optional<std::int64_t> Conversations::take_number(std::string_view id, std::int64_t real_us) {
    auto row = session_.query(kTakeNumber, org_, id, real_us);
    if (!row.next()) return std::nullopt;
    return row.integer(0);
}

std::vector<ReadMarker> Conversations::markers(std::string_view id) const {
    std::vector<ReadMarker> out;
    auto rows = session_.query(kMarkers, org_, id);
    while (rows.next()) out.push_back({rows.text(0), rows.integer(1), rows.text(2)});
    // What one has written one has read; kept out of read_markers so that a message costs no second row.
    auto own = session_.query(kOwnLast, org_, id);
    while (own.next()) {
        const auto at = std::ranges::find(out, own.view(0), &ReadMarker::user);
        if (at == out.end()) {
            out.push_back({own.text(0), own.integer(1), own.text(2)});
        } else if (at->number < own.integer(1)) {
            at->number = own.integer(1);
            at->message = own.text(2);
        }
    }
    return out;
}

std::optional<std::int64_t> Conversations::marker(std::string_view id, std::string_view user) const {
    auto row = session_.query(kMarker, org_, id, user);
    if (!row.next()) return std::nullopt;
    return row.integer(0);
}

void Conversations::save_marker(std::string_view id, const ReadMarker& marker) {
    session_.run(kSaveMarker, org_, id, marker.user, marker.number, marker.message);
}

std::optional<std::int64_t> Conversations::active_at(std::string_view id) const {
    auto row = session_.query(kActiveAt, org_, id);
    return row.next() ? row.maybe_integer(0) : std::nullopt;
}

void Conversations::set_active_at(std::string_view id, std::int64_t time_us) { session_.run(kSetActiveAt, org_, id, time_us); }

std::optional<std::int64_t> Conversations::customer_here_until(std::string_view id) const {
    auto row = session_.query(kHereUntil, org_, id);
    return row.next() ? row.maybe_integer(0) : std::nullopt;
}

void Conversations::set_customer_here_until(std::string_view id, std::int64_t time_us) { session_.run(kSetHereUntil, org_, id, time_us); }

void Conversations::set_quiet_since(std::string_view id, std::int64_t time_us) { session_.run(kSetQuietSince, org_, id, time_us); }

std::optional<ChatMessage> ChatMessages::find(std::string_view conversation, std::string_view id) const {
    return first_message(session_.query(kFindMessage, org_, conversation, id));
}

std::optional<ChatMessage> ChatMessages::at(std::string_view conversation, std::int64_t number) const {
    return first_message(session_.query(kMessageAt, org_, conversation, number));
}

std::optional<ChatMessage> ChatMessages::find_resent(std::string_view conversation, std::string_view sender,
                                                     std::string_view client_message_id) const {
    return first_message(session_.query(kFindResent, org_, conversation, sender, client_message_id));
}

bool ChatMessages::sent_since(std::string_view conversation, std::string_view user, std::int64_t number) const {
    return session_.query(kSentSince, org_, conversation, user, number).next();
}

std::vector<ChatMessage> ChatMessages::list_after(std::string_view conversation, std::int64_t after, std::int64_t limit) const {
    return read_messages(session_.query(kListAfter, org_, conversation, after, limit));
}

std::vector<ChatMessage> ChatMessages::list_before(std::string_view conversation, std::int64_t before, std::int64_t limit) const {
    auto out = read_messages(session_.query(kListBefore, org_, conversation, before, limit));
    std::ranges::reverse(out);
    return out;
}

void ChatMessages::insert(const ChatMessage& m) {
    session_.run(kInsertMessage, org_, m.conversation, m.number, m.id, m.sender.id, m.content, to_string(m.type), m.attachments_json,
                 m.client_message_id, m.created_at_us);
}

DueConversations due_conversations(sql::Session& session, std::int64_t absent_before_us, std::int64_t quiet_before_us, std::int64_t limit) {
    DueConversations out;
    const auto take = [&](sql::Rows rows) {
        while (rows.next()) {
            DueConversations::Name name{rows.text(0), rows.text(1)};
            if (std::ranges::find(out.due, name) == out.due.end()) out.due.push_back(std::move(name));
        }
    };
    take(session.query(kAbsent, absent_before_us, limit));
    take(session.query(kQuiet, quiet_before_us, limit));
    if (auto row = session.query(kNextAbsent, absent_before_us, kStillHere); row.next()) out.next_absence = row.maybe_integer(0);
    if (auto row = session.query(kNextQuiet, quiet_before_us); row.next()) out.next_quiet = row.maybe_integer(0);
    return out;
}

std::vector<DueConversations::Name> conversations_with_customer(sql::Session& session) {
    std::vector<DueConversations::Name> names;
    auto rows = session.query(kWithCustomer, kStillHere);
    while (rows.next()) names.push_back({rows.text(0), rows.text(1)});
    return names;
}

std::int64_t forget_presence(sql::Session& session, std::int64_t now_us) { return session.run(kForgetPresence, kStillHere, now_us); }

}  // namespace desk::store
