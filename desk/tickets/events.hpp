#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/model/event.hpp"
#include "desk/model/ticket.hpp"

/// The rows that ticket commands put into the log: payloads for staff and customers apart, and whom they are for (domain.md 2, 3.1).
/// Pure functions.  Thread: any.
namespace desk::tickets {

/// Everybody whose list of tickets holds this one: staff by the org's visibility, its requester, its participants.
Audience list_audience(const TicketAccess& access);

/// list_audience and the sockets that subscribed to the ticket.
Audience ticket_audience(const std::string& ticket, const TicketAccess& access);

EventRow ticket_created(const Ticket& ticket, const AccessRules& rules, const UserRef& by);

/// Of a change, in the order of domain.md 3.1: updated, assigned, status, as far as they differ.
std::vector<EventRow> ticket_changes(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by);

/// nullopt: nothing differs. Customers who see no difference get nothing. A change of access carries what evicts the losers.
std::optional<EventRow> ticket_updated(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by);

EventRow ticket_assigned(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by);
EventRow ticket_status(const Ticket& before, const Ticket& after, const AccessRules& rules, const UserRef& by);

/// For subscribers only; internal ones for staff only.
EventRow ticket_message(const Message& message);

}  // namespace desk::tickets
