#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "desk/model/domain_event.hpp"
#include "desk/store/transaction.hpp"

/// What happens to tickets makes notifications, in the same transaction. Nobody is told of what they did themselves; nobody is told of a
/// ticket they may not see; customers follow their tickets by the ticket events and are not notified here.
namespace desk::notifications {

/// - assigned: the new assignee (ticket_assigned);
/// - a message: who it mentions by `@userId` (mention), else the assignee and the participants on the staff (ticket_message);
/// - another status: the assignee and the participants on the staff (ticket_status);
/// - a promise close to its time, or not kept: the assignee, without one the team (sla_warning, sla_breached).
void react(store::Transaction& tx, const DomainEvent& event);

/// User ids after `@` in the text, each once, in order, at most 20; none unless `@` begins a word.
std::vector<std::string> mentions(std::string_view content);

}  // namespace desk::notifications
