#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/model/people.hpp"
#include "desk/store/transaction.hpp"

/// What commands that write tickets ask of their fields. Errors: InvalidPayload {field, reason}, PayloadTooLarge {field, limit}.
namespace desk::tickets {

/// Repaired, without repeats.
Result<std::vector<std::string>> checked_tags(const std::vector<std::string>& raw);

/// Known users, without repeats.
Result<std::vector<std::string>> checked_participants(const store::Snapshot& snapshot, const std::vector<std::string>& raw);

/// Known, active staff; none is fine.
Result<std::optional<UserRef>> checked_assignee(const store::Snapshot& snapshot, const std::optional<std::string>& id);

}  // namespace desk::tickets
