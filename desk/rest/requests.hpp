#pragma once

#include "desk/model/error.hpp"
#include "desk/notifications/commands.hpp"
#include "sio/base/json.hpp"

namespace desk::rest {

/// Errors: InvalidPayload.
Result<notifications::CreateNotifications> read_create_notifications(sio::json::Value body);

}  // namespace desk::rest
