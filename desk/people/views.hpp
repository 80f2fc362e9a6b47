#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "desk/model/people.hpp"
#include "desk/store/transaction.hpp"

/// Who may read what of the people of their org, as JSON. Staff read everybody and the teams; a customer reads of the staff what a UserRef
/// shows, of other customers nothing, and their own record. The org's settings are for everybody in it.
/// Errors: RoomNotFound, Forbidden.
namespace desk::people {

struct UserPage {
    std::string after;  ///< the last id of the page before
    std::int64_t limit = 0;
    std::optional<Role> role;  ///< only these; customers always get active staff
};

Result<std::string> show_user(const store::Snapshot& snapshot, const Actor& actor, const std::string& id);
Result<std::string> list_users(const store::Snapshot& snapshot, const Actor& actor, const UserPage& page);
Result<std::string> show_team(const store::Snapshot& snapshot, const Actor& actor, const std::string& id);
Result<std::string> list_teams(const store::Snapshot& snapshot, const Actor& actor, const std::string& after, std::int64_t limit);
Result<std::string> show_org(const store::Snapshot& snapshot, const Actor& actor, const std::string& id);
Result<std::string> list_orgs(const store::Snapshot& snapshot, const Actor& actor);

}  // namespace desk::people
