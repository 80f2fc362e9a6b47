#pragma once

#include "desk/rest/api.hpp"
#include "desk/store/store.hpp"

namespace desk::rest {

/// /v1/tickets and below.
void add_ticket_routes(Api& api, store::Store& store);
/// /v1/conversations and below.
void add_conversation_routes(Api& api, store::Store& store);

}  // namespace desk::rest
