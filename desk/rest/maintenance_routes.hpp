#pragma once

#include "desk/maintenance/board.hpp"
#include "desk/maintenance/commands.hpp"
#include "desk/rest/api.hpp"
#include "desk/store/store.hpp"

namespace desk::rest {

/// /v1/maintenance and below (domain.md 3.13). `admins`: for whom a token of the role admin may speak. An API key with the scope admin
/// speaks for its org, and for all when it is bound to several: such keys are made on the server's command line only.
void add_maintenance_routes(Api& api, store::Store& store, maintenance::Board& board, maintenance::Reach admins);

}  // namespace desk::rest
