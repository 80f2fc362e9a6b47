#pragma once

#include <expected>
#include <string>

#include "desk/app/command_line.hpp"

namespace desk::app {

/// What `insightdesk apikey create|list|revoke` prints. Errors: a sentence for the operator.
std::expected<std::string, std::string> run_api_key(const ApiKeyCommand& command);

}  // namespace desk::app
