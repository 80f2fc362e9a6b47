#include "desk/model/event.hpp"

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

namespace desk {
namespace {

using sio::json::Value;
using sio::json::Writer;

Audience implied_audience(const EventRow& row) {
    Audience audience;
    if (row.subject_kind == SubjectKind::Conversation) audience.shared_rooms.push_back("conv:" + row.subject);
    if (row.subject_kind == SubjectKind::User) audience.users.push_back(row.subject);
    return audience;
}

/// Without building the strings of implied_audience: this is on the path of every chat message.
bool is_implied(const EventRow& row) {
    const Audience& a = row.audience;
    if (row.access || row.unread || !a.staff_rooms.empty() || !a.customer_rooms.empty() || !a.customer_users.empty()) return false;
    if (row.subject_kind == SubjectKind::Conversation) {
        return a.users.empty() && a.shared_rooms.size() == 1 && a.shared_rooms[0].size() == row.subject.size() + 5 &&
               a.shared_rooms[0].starts_with("conv:") && a.shared_rooms[0].ends_with(row.subject);
    }
    if (row.subject_kind == SubjectKind::User) return a.shared_rooms.empty() && a.users.size() == 1 && a.users[0] == row.subject;
    return a.shared_rooms.empty() && a.users.empty();
}

void write_list(Writer& w, std::string_view name, const std::vector<std::string>& list) {
    if (!list.empty()) w.field(name, list);
}

void write_audience(Writer& w, const Audience& audience) {
    w.begin_object();
    write_list(w, "staff", audience.staff_rooms);
    write_list(w, "customers", audience.customer_rooms);
    write_list(w, "shared", audience.shared_rooms);
    write_list(w, "users", audience.users);
    write_list(w, "customerUsers", audience.customer_users);
    w.end_object();
}

void write_access(Writer& w, const TicketAccess& access) {
    w.begin_object().field("requester", access.requester).field_if("assignee", access.assignee).field_if("team", access.team);
    write_list(w, "participants", access.participants);
    w.field_if("company", access.company).field("visibility", to_string(access.rules.visibility));
    w.field("share", access.rules.share_company_tickets).end_object();
}

void write_access(Writer& w, const ConversationAccess& access) {
    w.begin_object().field("customer", access.customer);
    write_list(w, "agents", access.agents);
    w.field_if("team", access.team).field("waiting", access.waiting).field("visibility", to_string(access.visibility)).end_object();
}

void write_access(Writer& w, const SubjectAccess& subject) {
    std::visit([&w](const auto& access) { write_access(w, access); }, subject);
}

std::vector<std::string> read_list(Value list) {
    std::vector<std::string> out;
    for (const Value item : list.elements()) {
        if (const auto text = item.string()) out.emplace_back(*text);
    }
    return out;
}

std::optional<std::string> read_text(Value value) {
    const auto text = value.string();
    return text ? std::optional<std::string>(*text) : std::nullopt;
}

Audience read_audience(Value value) {
    return {read_list(value["staff"]), read_list(value["customers"]), read_list(value["shared"]), read_list(value["users"]),
            read_list(value["customerUsers"])};
}

/// What was not written by us opens nothing to anybody.
AgentScope read_scope(Value value) { return from_string<AgentScope>(value.string().value_or("")).value_or(AgentScope::Assigned); }

ConversationAccess read_conversation_access(Value value) {
    return {std::string(value["customer"].string().value_or("")), read_list(value["agents"]), read_text(value["team"]),
            value["waiting"].boolean().value_or(false), read_scope(value["visibility"])};
}

TicketAccess read_ticket_access(Value value) {
    TicketAccess access{std::string(value["requester"].string().value_or("")),
                        read_text(value["assignee"]),
                        read_text(value["team"]),
                        read_list(value["participants"]),
                        read_text(value["company"]),
                        {}};
    access.rules.visibility = read_scope(value["visibility"]);
    access.rules.share_company_tickets = value["share"].boolean().value_or(false);
    return access;
}

SubjectAccess read_access(SubjectKind kind, Value value) {
    if (kind == SubjectKind::Conversation) return read_conversation_access(value);
    return read_ticket_access(value);
}

}  // namespace

Namespace namespace_of(std::string_view event) {
    const std::string_view kind = event.substr(0, event.find(':'));
    if (kind == "ticket") return Namespace::Tickets;
    if (kind == "chat") return Namespace::Chat;
    if (kind == "notification") return Namespace::Notifications;
    if (kind == "presence") return Namespace::Presence;
    if (kind == "metrics") return Namespace::Dashboard;
    return Namespace::Main;
}

std::string meta_to_json(const EventRow& row) {
    if (is_implied(row)) return {};
    std::string out;
    Writer w(out);
    w.begin_object().key("audience");
    write_audience(w, row.audience);
    if (row.access) {
        w.key("access").begin_object().key("before");
        write_access(w, row.access->before);
        w.key("after");
        write_access(w, row.access->after);
        w.key("lists");
        write_audience(w, row.access->lists_before);
        w.field("lost", row.access->lost_payload).end_object();
    }
    w.field_if("unread", row.unread).end_object();
    return out;
}

Result<void> meta_from_json(std::string_view meta, EventRow& row) {
    if (meta.empty()) {
        row.audience = implied_audience(row);
        return {};
    }
    thread_local sio::json::Parser parser;
    const auto parsed = parser.parse_copy(meta);
    if (!parsed || !parsed->is_object()) return fail(ErrorCode::Internal, "log row " + row.event_id + " has a broken meta column");
    row.audience = read_audience((*parsed)["audience"]);
    if (const Value access = (*parsed)["access"]) {
        row.access = AccessChange{read_access(row.subject_kind, access["before"]), read_access(row.subject_kind, access["after"]),
                                  read_audience(access["lists"]), std::string(access["lost"].string().value_or(""))};
    }
    if (const Value unread = (*parsed)["unread"]) {
        row.unread = UnreadCount{unread["unread"].integer().value_or(0), unread["rev"].integer().value_or(0)};
    }
    return {};
}

}  // namespace desk
