#include "desk/tickets/events.hpp"

#include "desk/model/time.hpp"

namespace desk::tickets {
namespace {

using sio::json::Raw;
using sio::json::Writer;

EventRow row_of(std::string name, const std::string& ticket, const UserRef& by) {
    EventRow row;
    row.name = std::move(name);
    row.subject_kind = SubjectKind::Ticket;
    row.subject = ticket;
    row.author = by.id;
    return row;
}

std::string updated_payload(const Ticket& after, const TicketDiff& change, const UserRef& by, View view) {
    std::string out;
    Writer w(out);
    w.begin_object().field("ticketId", after.id).field("version", after.version).field("changes", Raw{change.changes});
    if (view == View::Staff) w.field("previous", Raw{change.previous});
    w.field("by", by).field("updatedAt", iso(after.updated_at_us)).end_object();
    return out;
}

std::string lost_payload(const Ticket& after) {
    std::string out;
    Writer w(out);
    w.begin_object().field("ticketId", after.id).field("version", after.version).field("changes", Raw{"{}"}).field("accessLost", true);
    w.field("updatedAt", iso(after.updated_at_us)).end_object();
    return out;
}

std::string assigned_payload(const Ticket& before, const Ticket& after, const UserRef& by, View view) {
    std::string out;
    Writer w(out);
    w.begin_object().key("ticket");
    write_ticket(w, after, view);
    w.field("agent", after.assignee).field("previousAgent", before.assignee).field("by", by).end_object();
    return out;
}

}  // namespace

Audience list_audience(const TicketAccess& access) {
    Audience out;
    switch (access.rules.visibility) {
        case AgentScope::Org: out.staff_rooms = {"staff"}; break;
        case AgentScope::Team:
            if (!access.team && !access.assignee) {
                out.staff_rooms = {"staff"};
                break;
            }
            out.staff_rooms = {"admins"};
            if (access.team) out.staff_rooms.push_back("team:" + *access.team + ":staff");
            break;
        case AgentScope::Assigned: out.staff_rooms = {"admins"}; break;
    }
    if (access.assignee) out.users.push_back(*access.assignee);
    // Asking or taking part opens the ticket to customers always, to agents only where the rule says so.
    auto& participants = access.rules.visibility == AgentScope::Assigned ? out.users : out.customer_users;
    participants.insert(participants.end(), access.participants.begin(), access.participants.end());
    out.customer_users.push_back(access.requester);
    return out;
}

Audience ticket_audience(const std::string& ticket, const TicketAccess& access) {
    Audience out = list_audience(access);
    out.staff_rooms.push_back("ticket:" + ticket + ":staff");
    out.customer_rooms.push_back("ticket:" + ticket + ":customers");
    return out;
}

EventRow ticket_created(const Ticket& ticket, const AccessRules& rules, const UserRef& by) {
    EventRow row = row_of("ticket:created", ticket.id, by);
    row.audience = list_audience(access_of(ticket, rules));
    row.payload = to_json(ticket, View::Staff);
    row.customers = Customers::Own;
    row.customer_payload = to_json(ticket, View::Customer);
    return row;
}

std::optional<EventRow> ticket_updated(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by) {
    const TicketDiff change = diff(before, after, View::Staff);
    if (change.empty()) return std::nullopt;
    EventRow row = row_of("ticket:updated", after.id, by);
    const TicketAccess now = access_of(after, rules);
    row.audience = ticket_audience(after.id, now);
    row.payload = updated_payload(after, change, by, View::Staff);
    const TicketDiff seen = diff(before, after, View::Customer);
    row.customers = seen.empty() ? Customers::Nothing : Customers::Own;
    if (!seen.empty()) row.customer_payload = updated_payload(after, seen, by, View::Customer);
    if (TicketAccess was = access_of(before, rules); was != now) {
        Audience lists = list_audience(was);
        row.access = AccessChange{std::move(was), now, std::move(lists), lost_payload(after)};
    }
    return row;
}

EventRow ticket_assigned(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by) {
    EventRow row = row_of("ticket:assigned", after.id, by);
    row.audience = ticket_audience(after.id, access_of(after, rules));
    row.payload = assigned_payload(before, after, by, View::Staff);
    row.customers = Customers::Own;
    row.customer_payload = assigned_payload(before, after, by, View::Customer);
    return row;
}

EventRow ticket_status(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by) {
    EventRow row = row_of("ticket:status", after.id, by);
    row.audience = ticket_audience(after.id, access_of(after, rules));
    Writer w(row.payload);
    w.begin_object().field("ticketId", after.id).field("status", to_string(after.status)).field("previousStatus", to_string(before.status));
    w.field("by", by).field("version", after.version).end_object();
    row.customers = Customers::Same;
    return row;
}

std::vector<EventRow> ticket_changes(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by) {
    const auto id_of = [](const std::optional<UserRef>& user) { return user ? std::optional<std::string_view>(user->id) : std::nullopt; };
    std::vector<EventRow> rows;
    if (auto row = ticket_updated(before, after, rules, by)) rows.push_back(std::move(*row));
    if (id_of(before.assignee) != id_of(after.assignee)) rows.push_back(ticket_assigned(before, after, rules, by));
    if (before.status != after.status) rows.push_back(ticket_status(before, after, rules, by));
    return rows;
}

EventRow ticket_message(const Message& message) {
    EventRow row = row_of("ticket:message", message.ticket, message.author);
    row.audience.staff_rooms = {"ticket:" + message.ticket + ":staff"};
    row.payload = to_json(message);
    if (message.visibility == Visibility::Internal) {
        row.customers = Customers::Nothing;
    } else {
        row.audience.customer_rooms = {"ticket:" + message.ticket + ":customers"};
        row.customers = Customers::Same;
    }
    return row;
}

}  // namespace desk::tickets
