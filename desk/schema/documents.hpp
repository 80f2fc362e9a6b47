#pragma once

#include <string>

/// What the tables say, for people and programs: docs/asyncapi.json, docs/openapi.json, docs/insightdesk.d.ts. Each is made anew at each
/// call and always the same.  Thread: any.
namespace desk::schema {

/// AsyncAPI 3.0: a channel for each namespace; `receive` is what clients emit, `send` what the server emits.
std::string asyncapi_document();
/// OpenAPI 3.1.
std::string openapi_document();
/// A declaration file: a namespace `Tickets`, `Chat`, ... with ServerToClientEvents and ClientToServerEvents for each of ours.
std::string typescript_declarations();

}  // namespace desk::schema
