#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/people/commands.hpp"

/// What records of people ask of their fields. Errors: InvalidPayload {field, reason}, PayloadTooLarge {field, limit}.
namespace desk::people {

inline constexpr std::size_t kMaxTeamsOfUser = 256;

/// Puts the fields that are there into `user`, checked.
Result<void> apply(const store::Snapshot& snapshot, const UserFields& fields, User& user);
Result<void> apply(const OrgFields& fields, Org& org);

}  // namespace desk::people
