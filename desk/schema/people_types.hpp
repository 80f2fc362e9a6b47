#pragma once

#include "desk/schema/common_types.hpp"
#include "desk/schema/rest_types.hpp"

/// Users, teams, the org, and what admins do to connections.
namespace desk::schema {

inline constexpr Type kUserTeams = list(kId, 256);

inline constexpr std::array kUserPatchFields{
    opt("name", kText),
    opt("role", one_of(kRole)),
    opt("teamIds", kUserTeams),
    opt("active", kFlag, "False ends every connection of theirs."),
    maybe("email", kText, "Null clears."),
    maybe("company", kText, "Null clears."),
    maybe("avatarUrl", kText, "Null clears."),
    maybe("locale", kText, "Null clears."),
    maybe("timezone", kText, "IANA name. Null clears."),
};
inline constexpr Object kUserPatch{"UserPatch", "Members that are absent stay as they are.", kUserPatchFields, true};
inline constexpr Type kUserPatchType = ref(kUserPatch);

inline constexpr std::array kNewUserFields{
    opt("id", kId),
    req("name", kText),
    opt("role", one_of(kRole), "`customer` when absent."),
    opt("teamIds", kUserTeams),
    opt("active", kFlag),
    maybe("email", kText),
    maybe("company", kText),
    maybe("avatarUrl", kText),
    maybe("locale", kText),
    maybe("timezone", kText, "IANA name."),
};
inline constexpr Object kNewUser{"NewUser", "A person's record; it beats what their tokens say.", kNewUserFields, true};
inline constexpr Type kNewUserType = ref(kNewUser);

/// Customers read of the staff what a UserRef shows, and their own record whole.
inline constexpr std::array kSeenUserFields{
    req("id", kId),           req("name", kText),      maybe("avatarUrl", kText),  req("role", one_of(kRole)), opt("orgId", kId),
    maybe("email", kText),    maybe("company", kText), opt("teamIds", kUserTeams), opt("active", kFlag),       maybe("locale", kText),
    maybe("timezone", kText), opt("version", kCount),  opt("updatedAt", kTime),
};
inline constexpr Object kSeenUser{"SeenUser", "A person as the reader may see them.", kSeenUserFields};
inline constexpr Type kSeenUserType = ref(kSeenUser);
inline constexpr std::array kUserListFields{req("items", list(kSeenUserType)), kNextCursor};
inline constexpr Object kUserList{"UserList", "People, by id.", kUserListFields};
inline constexpr Type kUserListType = ref(kUserList);

inline constexpr std::array kTeamFields{req("id", kId), req("name", kText), req("version", kCount)};
inline constexpr Object kTeam{"Team", "A team of agents.", kTeamFields};
inline constexpr Type kTeamType = ref(kTeam);
inline constexpr std::array kNewTeamFields{opt("id", kId), req("name", kText)};
inline constexpr Object kNewTeam{"NewTeam", "A team to be made.", kNewTeamFields, true};
inline constexpr Type kNewTeamType = ref(kNewTeam);
inline constexpr std::array kTeamPatchFields{opt("name", kText)};
inline constexpr Object kTeamPatch{"TeamPatch", "Members that are absent stay as they are.", kTeamPatchFields, true};
inline constexpr Type kTeamPatchType = ref(kTeamPatch);
inline constexpr std::array kTeamListFields{req("items", list(kTeamType)), kNextCursor};
inline constexpr Object kTeamList{"TeamList", "Teams, by id.", kTeamListFields};
inline constexpr Type kTeamListType = ref(kTeamList);

inline constexpr std::array kOrgFields{
    req("id", kId),
    req("name", kText),
    req("timezone", kText, "IANA name."),
    req("visibility", one_of(kAgentScope), "Which tickets agents see: all, their teams', or their own."),
    req("shareCompanyTickets", kFlag),
    req("version", kCount),
};
inline constexpr Object kOrg{"Org", "The caller's org.", kOrgFields};
inline constexpr Type kOrgType = ref(kOrg);
inline constexpr std::array kOrgPatchFields{
    opt("id", kId, "None but the caller's own org, when it is made."),
    opt("name", kText),
    opt("timezone", kText),
    opt("visibility", one_of(kAgentScope)),
    opt("shareCompanyTickets", kFlag),
};
inline constexpr Object kOrgPatch{"OrgPatch", "Members that are absent stay as they are.", kOrgPatchFields, true};
inline constexpr Type kOrgPatchType = ref(kOrgPatch);
inline constexpr std::array kOrgListFields{req("items", list(kOrgType)), kNextCursor};
inline constexpr Object kOrgList{"OrgList", "The caller's org.", kOrgListFields};
inline constexpr Type kOrgListType = ref(kOrgList);

inline constexpr std::array kRevokeTokensFields{
    opt("jti", kText, "One token; or issuedBefore."),
    opt("issuedBefore", kAny, "All issued before: ISO 8601 or epoch seconds."),
    opt("expiresAt", kAny, "When those tokens have expired anyway: ISO 8601 or epoch seconds."),
};
inline constexpr Object kRevokeTokens{"RevokeTokens", "Tokens to be taken back.", kRevokeTokensFields, true};
inline constexpr Type kRevokeTokensType = ref(kRevokeTokens);

inline constexpr std::array kLeaveRoomFields{req("userId", kId), req("room", kText, "`ticket:{id}`, `conv:{id}` or `team:{id}`.")};
inline constexpr Object kLeaveRoom{"LeaveRoom", "Whose sockets leave what.", kLeaveRoomFields, true};
inline constexpr Type kLeaveRoomType = ref(kLeaveRoom);

inline constexpr std::array kNewTokenFields{
    req("userId", kId), req("orgId", kId),          opt("role", one_of(kRole), "`agent` when absent."),
    opt("name", kText), opt("teamIds", kUserTeams), opt("ttlSec", integer(1, 86'400), "3600 when absent."),
};
inline constexpr Object kNewToken{"NewToken", "Who a development token is for.", kNewTokenFields, true};
inline constexpr Type kNewTokenType = ref(kNewToken);
inline constexpr std::array kIssuedTokenFields{req("token", kText), req("expiresAt", kTime)};
inline constexpr Object kIssuedToken{"IssuedToken", "A token of the server's own making.", kIssuedTokenFields};
inline constexpr Type kIssuedTokenType = ref(kIssuedToken);

}  // namespace desk::schema
