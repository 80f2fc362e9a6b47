#pragma once

#include "desk/rest/api.hpp"

namespace desk::rest {

/// GET /openapi.json, /asyncapi.json and /insightdesk.d.ts, for everybody: what desk/schema says. Each is made and compressed once, when
/// first asked for, and carries an ETag of its content.
void add_document_routes(Api& api);

}  // namespace desk::rest
