#pragma once

#include "desk/auth/token_signer.hpp"
#include "desk/dashboard/dashboard.hpp"
#include "desk/people/live.hpp"
#include "desk/presence/presence.hpp"
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
/// /v1/users, /v1/teams and /v1/orgs.
void add_people_routes(Api& api, store::Store& store, const Directory& directory);
/// /v1/calendars and /v1/sla-policies.
void add_sla_routes(Api& api, store::Store& store);
/// What an admin does to the connections of a user: revoke-tokens, disconnect, /v1/sockets/leave.
void add_session_routes(Api& api, store::Store& store, const Directory& directory, people::LivePeople& live);

/// /v1/presence: as presence:list and presence:status.
void add_presence_routes(Api& api, store::Store& store, presence::Presence& presence);

/// /v1/metrics: as metrics:*, for admins and for API keys that may read.
void add_metrics_routes(Api& api, dashboard::Dashboard& dashboard);

/// Which tokens the server makes itself, so that a demo works alone (domain.md 4).
struct TokenDoors {
    bool hand_out = false;  ///< POST /v1/auth/token, to anyone who asks: development only
    bool renew = false;     ///< POST /v1/auth/refresh, for the bearer of a valid one: where the server's own secret signs
};
/// What is shut answers FORBIDDEN {reason: DEVELOPMENT_ONLY}. `signer` outlives the api.
void add_token_routes(Api& api, const std::optional<auth::TokenSigner>& signer, TokenDoors doors);

/// GET /v1/tickets and GET /v1/conversations: pages of what the reader may see, newest first.
void add_list_routes(Api& api, store::Store& store);
/// POST /v1/publish: by API keys of that scope, and by an org's admins and bots.
void add_publish_route(Api& api, sio::Server& io, store::Store& store, const Directory& directory, std::size_t max_event_bytes);

}  // namespace desk::rest
