#pragma once

#include "desk/rest/api.hpp"
#include "desk/rest/update_polls.hpp"
#include "desk/store/store.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::rest {

inline constexpr std::int64_t kListLimit = 50;
inline constexpr std::int64_t kMaxListLimit = 200;

/// GET /v1/tickets/updates, and the bare path of the API document. Before add_ticket_routes, whose `{id}` would take the word.
void add_update_routes(Api& api, UpdatePolls& polls);
/// /v1/tickets and below.
void add_ticket_routes(Api& api, store::Store& store);
/// /v1/conversations and below.
void add_conversation_routes(Api& api, store::Store& store);
/// /v1/notifications and below: everybody's own.
void add_notification_routes(Api& api, store::Store& store);

/// /v1/api-keys: admins make and revoke keys of their own org. The ring lives as long as the routes.
void add_key_routes(Api& api, store::Store& store, KeyRing& ring);

/// GET /v1/tickets and GET /v1/conversations: pages of what the reader may see, newest first.
void add_list_routes(Api& api, store::Store& store);
/// POST /v1/publish: by API keys of that scope, and by an org's admins and bots.
void add_publish_route(Api& api, sio::Server& io, store::Store& store, std::size_t max_event_bytes);

}  // namespace desk::rest
