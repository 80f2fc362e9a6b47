#pragma once

#include "desk/model/error.hpp"
#include "desk/tickets/changes.hpp"
#include "desk/tickets/commands.hpp"
#include "sio/base/json.hpp"

/// What clients write, as commands (domain.md 4). Errors: InvalidPayload {field, reason}.
namespace desk::tickets {

Result<CreateTicket> read_create_ticket(sio::json::Value body);
Result<NewMessage> read_new_message(sio::json::Value body);
/// Members that are absent stay as they are; null clears assigneeId and teamId. `ticket` and `if_version` are the caller's to set.
Result<ChangeTicket> read_change_ticket(sio::json::Value body);

}  // namespace desk::tickets
