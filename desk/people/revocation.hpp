#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "desk/people/commands.hpp"

/// Taking back tokens that have not expired (domain.md 3.8).
namespace desk::people {

/// Of a user: the token with that `jti`, or all that were issued before a second (a token that names no `iat` counts as 0).
/// Appends session:revoked. Kept until `expires_at_s`, when those tokens have expired anyway; ten years when it is not said.
/// The user need not be known: tokens are made elsewhere.
struct RevokeTokens {
    std::string user;
    std::optional<std::string> jti;
    std::optional<std::int64_t> issued_before_s;
    std::optional<std::int64_t> expires_at_s;
};

/// Errors: Forbidden; InvalidPayload when neither or both are given.
Result<bool> run(store::Transaction& tx, const Actor& actor, const RevokeTokens& command);

}  // namespace desk::people
