#include "desk/sla/events.hpp"

#include "desk/model/time.hpp"

namespace desk::sla {

EventRow sla_fired(const Ticket& ticket, const SlaFiring& firing, const AccessRules& rules) {
    EventRow row;
    row.name = firing.breach ? "ticket:sla:breached" : "ticket:sla:warning";
    row.subject_kind = SubjectKind::Ticket;
    row.subject = ticket.id;
    row.audience.staff_rooms = {"admins", "ticket:" + ticket.id + ":staff"};
    // Where agents see nothing but their own tickets, a team is not told either.
    if (ticket.team && rules.visibility != AgentScope::Assigned) row.audience.staff_rooms.push_back("team:" + *ticket.team + ":staff");
    if (ticket.assignee) row.audience.users.push_back(ticket.assignee->id);
    row.customers = Customers::Nothing;
    sio::json::Writer w(row.payload);
    w.begin_object().key("ticket");
    write_ticket(w, ticket, View::Staff);
    if (!firing.breach) w.field("minutesLeft", firing.minutes_left);
    w.field("target", to_string(firing.goal)).field("dueAt", iso(firing.due_us));
    if (firing.late && firing.breach) w.field("late", true);
    w.end_object();
    return row;
}

}  // namespace desk::sla
