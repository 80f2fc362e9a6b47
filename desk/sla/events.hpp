#pragma once

#include "desk/model/access.hpp"
#include "desk/model/event.hpp"
#include "desk/model/sla_clock.hpp"

/// The rows of what is told of promises: to the assignee, the team, admins and who of the staff follows the ticket; never to customers.
/// Pure functions.  Thread: any.
namespace desk::sla {

/// `ticket:sla:warning` or `ticket:sla:breached`; `ticket` is as it is after it.
EventRow sla_fired(const Ticket& ticket, const SlaFiring& firing, const AccessRules& rules);

}  // namespace desk::sla
