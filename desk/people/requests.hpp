#pragma once

#include "desk/people/commands.hpp"
#include "desk/people/revocation.hpp"
#include "sio/base/json.hpp"

/// What clients write, as commands (domain.md 4). Members that are absent stay as they are; null clears email, company, avatarUrl, locale
/// and timezone. Ids in the path and versions are the caller's to set. Errors: InvalidPayload {field, reason}.
namespace desk::people {

Result<CreateUser> read_create_user(sio::json::Value body);
Result<ChangeUser> read_change_user(sio::json::Value body);
Result<CreateTeam> read_create_team(sio::json::Value body);
Result<ChangeTeam> read_change_team(sio::json::Value body);
Result<CreateOrg> read_create_org(sio::json::Value body);
Result<ChangeOrg> read_change_org(sio::json::Value body);
/// `{jti}` or `{issuedBefore}`, a time as ISO 8601 or seconds since 1970.
Result<RevokeTokens> read_revoke_tokens(sio::json::Value body);

}  // namespace desk::people
