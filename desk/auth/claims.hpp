#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "desk/auth/failure.hpp"
#include "desk/model/enums.hpp"
#include "sio/base/json.hpp"

namespace desk::auth {

/// Who a token says its bearer is. Times are seconds since the epoch, fractions cut off.
struct Claims {
    std::string sub;                 ///< user id
    std::string name;                ///< what people see; the id when the token has none
    std::string org;                 ///< the tenant
    std::vector<std::string> teams;  ///< distinct, in the token's order
    Role role = Role::Customer;
    std::int64_t exp = 0;
    std::optional<std::int64_t> iat;
    std::optional<std::string> jti;

    bool operator==(const Claims&) const = default;
};

/// Where an issuer puts what has no registered claim name.
struct ClaimNames {
    std::string sub = "sub";
    std::string name = "name";
    std::string org = "org";
    std::string teams = "teams";
    std::string role = "role";
};

/// A payload whose every claim has the right form. The values borrow from the parser.
struct ClaimSet {
    Claims claims;
    std::optional<std::int64_t> not_before;
    sio::json::Value issuer;
    sio::json::Value audience;
};

inline constexpr std::size_t kMaxTeams = 256;
inline constexpr std::size_t kMaxTokenIdBytes = 256;

/// Reads claims out of a payload (domain 3.8): ids in our alphabet, `exp` there, `role` known and not the server's own `system`, optional
/// claims absent or right (null is neither), none of them given twice. Unknown claims are ignored.
/// Errors: the Bad... reasons from BadPayload on.
std::expected<ClaimSet, AuthFailure> read_claims(sio::json::Value payload, const ClaimNames& names);

}  // namespace desk::auth
