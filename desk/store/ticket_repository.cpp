#include "desk/store/ticket_repository.hpp"

#include <algorithm>

#include "desk/store/columns.hpp"

namespace desk::store {
namespace {

#define DESK_TICKET_COLUMNS                                                                                                              \
    "SELECT t.id, t.number, t.subject, t.status, t.priority, t.channel, t.requester_id, r.id, r.name, r.avatar_url, r.role, t.company, " \
    "t.assignee_id, a.id, a.name, a.avatar_url, a.role, t.team_id, t.participant_ids, t.tags, t.custom_fields, t.message_count, "        \
    "t.last_message_at, t.public_message_count, t.public_last_message_at, t.waiting_since, t.first_responded_at, t.resolved_at, "        \
    "t.closed_at, t.created_at, t.updated_at, t.version, t.sla FROM tickets t LEFT JOIN users r ON r.org = t.org AND r.id = "            \
    "t.requester_id "                                                                                                                    \
    "LEFT JOIN users a ON a.org = t.org AND a.id = t.assignee_id WHERE t.org = ?1"

constexpr sql::Sql kFind{DESK_TICKET_COLUMNS " AND t.id = ?2"};
constexpr std::string_view kList{DESK_TICKET_COLUMNS};
constexpr sql::Sql kExists{"SELECT 1 FROM tickets WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kInsert{
    "INSERT INTO tickets (org, id, number, subject, status, priority, channel, requester_id, company, assignee_id, team_id, "
    "participant_ids, tags, custom_fields, message_count, last_message_at, public_message_count, public_last_message_at, waiting_since, "
    "first_responded_at, resolved_at, closed_at, created_at, updated_at, version, sla) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
    "?11, "
    "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)"};
constexpr sql::Sql kUpdate{
    "UPDATE tickets SET subject = ?3, status = ?4, priority = ?5, channel = ?6, requester_id = ?7, company = ?8, assignee_id = ?9, "
    "team_id = ?10, participant_ids = ?11, tags = ?12, custom_fields = ?13, message_count = ?14, last_message_at = ?15, "
    "public_message_count = ?16, public_last_message_at = ?17, waiting_since = ?18, first_responded_at = ?19, resolved_at = ?20, "
    "closed_at = ?21, updated_at = ?22, version = ?23, sla = ?24 WHERE org = ?1 AND id = ?2"};

constexpr sql::Sql kSaveSla{"UPDATE tickets SET sla = ?3 WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kHasNumber{"SELECT 1 FROM tickets WHERE org = ?1 AND number = ?2"};
constexpr sql::Sql kPublishedVersion{"SELECT published_version FROM tickets WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kSetPublishedVersion{"UPDATE tickets SET published_version = ?3 WHERE org = ?1 AND id = ?2"};
constexpr sql::Sql kParticipants{"SELECT user_id FROM ticket_participants WHERE org = ?1 AND ticket_id = ?2"};
constexpr sql::Sql kAddParticipant{"INSERT INTO ticket_participants (org, ticket_id, user_id) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING"};
constexpr sql::Sql kDropParticipant{"DELETE FROM ticket_participants WHERE org = ?1 AND ticket_id = ?2 AND user_id = ?3"};

#define DESK_MESSAGE_COLUMNS                                                                                                 \
    "SELECT m.id, m.ticket_id, m.number, m.author_id, u.id, u.name, u.avatar_url, u.role, m.content, m.type, m.visibility, " \
    "m.attachments, m.in_reply_to, m.client_message_id, m.created_at, m.edited_at FROM ticket_messages m "                   \
    "LEFT JOIN users u ON u.org = m.org AND u.id = m.author_id WHERE m.org = ?1"

constexpr sql::Sql kFindMessage{DESK_MESSAGE_COLUMNS " AND m.id = ?2"};
constexpr sql::Sql kFindResent{DESK_MESSAGE_COLUMNS " AND m.ticket_id = ?2 AND m.author_id = ?3 AND m.client_message_id = ?4"};
constexpr sql::Sql kListMessages{
    DESK_MESSAGE_COLUMNS " AND m.ticket_id = ?2 AND m.number > ?3 AND (m.visibility = 'public' OR ?5 = 1) ORDER BY m.number LIMIT ?4"};
constexpr sql::Sql kInsertMessage{
    "INSERT INTO ticket_messages (org, ticket_id, number, id, author_id, content, type, visibility, attachments, in_reply_to, "
    "client_message_id, created_at, edited_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"};

#undef DESK_TICKET_COLUMNS
#undef DESK_MESSAGE_COLUMNS

Ticket read_ticket(const sql::Rows& row, std::string_view org) {
    Ticket t;
    t.id = row.text(0);
    t.number = row.integer(1);
    t.org = org;
    t.subject = row.text(2);
    t.status = word<TicketStatus>(row, 3);
    t.priority = word<Priority>(row, 4);
    t.channel = word<Channel>(row, 5);
    t.requester = user_ref(row, 7, row.view(6));
    t.company = row.maybe_text(11);
    if (!row.is_null(12)) t.assignee = user_ref(row, 13, row.view(12));
    t.team = row.maybe_text(17);
    t.participants = string_list(row.view(18));
    t.tags = string_list(row.view(19));
    t.custom_fields_json = row.text(20);
    t.messages = {row.integer(21), row.maybe_integer(22)};
    t.public_messages = {row.integer(23), row.maybe_integer(24)};
    t.waiting_since_us = row.maybe_integer(25);
    t.first_responded_at_us = row.maybe_integer(26);
    t.resolved_at_us = row.maybe_integer(27);
    t.closed_at_us = row.maybe_integer(28);
    t.created_at_us = row.integer(29);
    t.updated_at_us = row.integer(30);
    t.version = row.integer(31);
    if (!row.is_null(32)) t.sla = sla_from_stored(row.view(32));
    return t;
}

Message read_message(const sql::Rows& row) {
    Message m;
    m.id = row.text(0);
    m.ticket = row.text(1);
    m.number = row.integer(2);
    m.author = user_ref(row, 4, row.view(3));
    m.content = row.text(8);
    m.type = word<MessageType>(row, 9);
    m.visibility = word<Visibility>(row, 10);
    m.attachments_json = row.text(11);
    m.in_reply_to = row.maybe_text(12);
    m.client_message_id = row.maybe_text(13);
    m.created_at_us = row.integer(14);
    m.edited_at_us = row.maybe_integer(15);
    return m;
}

std::optional<std::string_view> id_of(const std::optional<UserRef>& user) {
    return user ? std::optional<std::string_view>(user->id) : std::nullopt;
}

std::optional<std::string> stored_sla(const Ticket& ticket) { return ticket.sla ? std::optional(to_stored(*ticket.sla)) : std::nullopt; }

std::optional<Message> first_message(sql::Rows row) {
    if (!row.next()) return std::nullopt;
    return read_message(row);
}

}  // namespace

std::optional<Ticket> Tickets::find(std::string_view id) const {
    auto row = session_.query(kFind, org_, id);
    if (!row.next()) return std::nullopt;
    return read_ticket(row, org_);
}

bool Tickets::exists(std::string_view id) const { return session_.query(kExists, org_, id).next(); }

std::vector<Ticket> Tickets::list(const TicketFilter& filter) const {
    std::string sql(kList);
    std::vector<sql::Arg> args{org_};
    // A customer's tickets are few: found by their ids and sorted, not looked for along all of the org's in the order of the list, which
    // is what the index of the plain column would invite to.
    const std::string changed = filter.customer ? "t.updated_at + 0" : "t.updated_at";
    const auto where = [&](std::string_view condition, const sql::Arg& value) {
        args.push_back(value);
        sql.append(" AND ").append(condition).append(" ?").append(std::to_string(args.size()));
    };
    if (filter.status) where("t.status =", to_string(*filter.status));
    if (filter.assignee) where("t.assignee_id =", *filter.assignee);
    if (filter.team) where("t.team_id =", *filter.team);
    if (filter.unassigned) sql.append(" AND t.assignee_id IS NULL");
    if (filter.customer) {
        args.emplace_back(*filter.customer);
        const std::string customer = "?" + std::to_string(args.size());
        sql.append(" AND t.id IN (SELECT id FROM tickets WHERE org = ?1 AND requester_id = ")
            .append(customer)
            .append(" UNION SELECT ticket_id FROM ticket_participants WHERE org = ?1 AND user_id = ")
            .append(customer);
        if (filter.company) {
            args.emplace_back(*filter.company);
            sql.append(" UNION SELECT id FROM tickets WHERE org = ?1 AND company = ?").append(std::to_string(args.size()));
        }
        sql.append(")");
    }
    if (filter.updated_since_us) where(changed + " >=", *filter.updated_since_us);
    if (filter.before_updated_at_us) {
        args.emplace_back(*filter.before_updated_at_us);
        args.emplace_back(filter.before_id);
        sql.append(" AND (" + changed + ", t.id) < (?")
            .append(std::to_string(args.size() - 1))
            .append(", ?")
            .append(std::to_string(args.size()))
            .append(")");
    }
    args.emplace_back(filter.limit);
    sql.append(" ORDER BY " + changed + " DESC, t.id DESC LIMIT ?").append(std::to_string(args.size()));
    std::vector<Ticket> out;
    auto rows = session_.query_text(sql, args);
    while (rows.next()) out.push_back(read_ticket(rows, org_));
    return out;
}

void Tickets::save_participants(const Ticket& t) {
    std::vector<std::string> stored;
    {
        auto rows = session_.query(kParticipants, org_, t.id);
        while (rows.next()) stored.push_back(rows.text(0));
    }
    const auto has = [](const std::vector<std::string>& list, const std::string& user) {
        return std::ranges::find(list, user) != list.end();
    };
    for (const auto& user : stored) {
        if (!has(t.participants, user)) session_.run(kDropParticipant, org_, t.id, user);
    }
    for (const auto& user : t.participants) {
        if (!has(stored, user)) session_.run(kAddParticipant, org_, t.id, user);
    }
}

bool Tickets::has_number(std::int64_t number) const { return session_.query(kHasNumber, org_, number).next(); }

std::optional<std::int64_t> Tickets::published_version(std::string_view id) const {
    auto row = session_.query(kPublishedVersion, org_, id);
    return row.next() ? row.maybe_integer(0) : std::nullopt;
}

void Tickets::set_published_version(std::string_view id, std::int64_t version) { session_.run(kSetPublishedVersion, org_, id, version); }

void Tickets::save_sla(std::string_view id, const TicketSla& sla) { session_.run(kSaveSla, org_, id, to_stored(sla)); }

void Tickets::insert(const Ticket& t) {
    const auto sla = stored_sla(t);
    const std::string participants = to_json_list(t.participants);
    const std::string tags = to_json_list(t.tags);
    session_.run(kInsert, org_, t.id, t.number, t.subject, to_string(t.status), to_string(t.priority), to_string(t.channel), t.requester.id,
                 t.company, id_of(t.assignee), t.team, participants, tags, t.custom_fields_json, t.messages.count, t.messages.last_at_us,
                 t.public_messages.count, t.public_messages.last_at_us, t.waiting_since_us, t.first_responded_at_us, t.resolved_at_us,
                 t.closed_at_us, t.created_at_us, t.updated_at_us, t.version, sla);
    save_participants(t);
}

void Tickets::update(const Ticket& t) {
    const auto sla = stored_sla(t);
    const std::string participants = to_json_list(t.participants);
    const std::string tags = to_json_list(t.tags);
    session_.run(kUpdate, org_, t.id, t.subject, to_string(t.status), to_string(t.priority), to_string(t.channel), t.requester.id,
                 t.company, id_of(t.assignee), t.team, participants, tags, t.custom_fields_json, t.messages.count, t.messages.last_at_us,
                 t.public_messages.count, t.public_messages.last_at_us, t.waiting_since_us, t.first_responded_at_us, t.resolved_at_us,
                 t.closed_at_us, t.updated_at_us, t.version, sla);
    save_participants(t);
}

std::optional<Message> TicketMessages::find(std::string_view id) const { return first_message(session_.query(kFindMessage, org_, id)); }

std::optional<Message> TicketMessages::find_resent(std::string_view ticket, std::string_view author,
                                                   std::string_view client_message_id) const {
    return first_message(session_.query(kFindResent, org_, ticket, author, client_message_id));
}

std::vector<Message> TicketMessages::list(std::string_view ticket, std::int64_t after, std::int64_t limit, bool with_internal) const {
    std::vector<Message> out;
    auto rows = session_.query(kListMessages, org_, ticket, after, limit, with_internal);
    while (rows.next()) out.push_back(read_message(rows));
    return out;
}

void TicketMessages::insert(const Message& m) {
    session_.run(kInsertMessage, org_, m.ticket, m.number, m.id, m.author.id, m.content, to_string(m.type), to_string(m.visibility),
                 m.attachments_json, m.in_reply_to, m.client_message_id, m.created_at_us, m.edited_at_us);
}

}  // namespace desk::store
