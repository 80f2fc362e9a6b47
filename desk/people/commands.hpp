#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/people.hpp"
#include "desk/store/transaction.hpp"

/// What admins can do to the users, teams and settings of their org, the same from every door (domain.md 4). Everything here is Forbidden
/// to whom is no admin. Of an id that is not there: RoomNotFound. `if_version` that is not the stored one: Conflict {version, reason:
/// VERSION}. Texts and ids are checked here: InvalidPayload {field, reason}, PayloadTooLarge {field, limit}.
namespace desk::people {

/// Fields of a user record; absent ones stay as they are, an inner nullopt clears.
struct UserFields {
    std::optional<std::string> name;
    std::optional<Role> role;
    std::optional<std::vector<std::string>> teams;  ///< known teams
    std::optional<bool> active;
    std::optional<std::optional<std::string>> email;
    std::optional<std::optional<std::string>> company;
    std::optional<std::optional<std::string>> avatar_url;
    std::optional<std::optional<std::string>> locale;
    std::optional<std::optional<std::string>> timezone;
};

/// Writes a record, which from then on beats what tokens say. Emits user:updated. Somebody who was known by their tokens only gets their
/// record so. Errors: Conflict {reason: EXISTS}.
struct CreateUser {
    std::optional<std::string> id;
    UserFields fields;  ///< name is needed; role is customer when absent
};
struct ChangeUser {
    std::string id;
    std::optional<std::int64_t> if_version;
    UserFields fields;
};

struct CreateTeam {
    std::optional<std::string> id;
    std::string name;
};
struct ChangeTeam {
    std::string id;
    std::optional<std::int64_t> if_version;
    std::optional<std::string> name;
};

struct OrgFields {
    std::optional<std::string> name;
    std::optional<std::string> timezone;
    std::optional<AgentScope> visibility;
    std::optional<bool> share_company_tickets;
};
/// The org is always the actor's own: there is no other to them. Errors: Forbidden for another id, Conflict {reason: EXISTS}.
struct CreateOrg {
    std::optional<std::string> id;
    OrgFields fields;
};
/// Appends org:updated, which nobody is sent: who is in tickets or conversations is checked anew by it.
struct ChangeOrg {
    std::string id;
    std::optional<std::int64_t> if_version;
    OrgFields fields;
};

Result<User> run(store::Transaction& tx, const Actor& actor, const CreateUser& command);
Result<User> run(store::Transaction& tx, const Actor& actor, const ChangeUser& command);
Result<Team> run(store::Transaction& tx, const Actor& actor, const CreateTeam& command);
Result<Team> run(store::Transaction& tx, const Actor& actor, const ChangeTeam& command);
Result<Org> run(store::Transaction& tx, const Actor& actor, const CreateOrg& command);
Result<Org> run(store::Transaction& tx, const Actor& actor, const ChangeOrg& command);

/// Writing about people and settings is for admins, and for the server itself.
Result<void> must_administer(const Actor& actor);

}  // namespace desk::people
