#pragma once

#include <optional>
#include <string>

#include "desk/model/error.hpp"
#include "desk/schema/type.hpp"
#include "sio/base/json.hpp"

namespace desk::schema {

/// Whether `value` is what `type` says; a missing or null one counts as an object without members. Unknown members are ignored. Allocates
/// for an error only. Errors: InvalidPayload {field, reason}, the field by its path (`attachments[0].url`); PayloadTooLarge {field, limit}
/// for text that is too long.  Thread: any.
Result<void> validate(const Type& type, sio::json::Value value);

/// Whether the text of a query parameter is what `field` says; an empty one counts as absent. Errors: InvalidPayload {field, reason}.
Result<void> validate_parameter(const Field& field, std::string_view text);

}  // namespace desk::schema
