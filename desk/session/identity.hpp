#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/auth/claims.hpp"
#include "desk/model/people.hpp"

namespace desk {

/// A person on this server, shared by all of their connections. Immutable: a change makes a new one.  Thread: any.
struct Identity {
    Actor actor;
};
using IdentityRef = std::shared_ptr<const Identity>;

/// What a user record written by REST or import says: it beats the claims of tokens (domain.md 3.8).
struct PersonRecord {
    std::string name;
    std::optional<std::string> avatar_url;
    Role role = Role::Customer;
    bool active = true;
    std::vector<std::string> teams;
    std::optional<std::string> company;
    std::int64_t version = 0;
};
PersonRecord record_of(const User& user);

IdentityRef identity_from(const auth::Claims& claims);
/// `actor` with the record laid over it; what the token alone knows stays.
IdentityRef laid_over(const Actor& actor, const PersonRecord& record);

/// For Actor::token_tag. `jti` empty: 0.
std::uint32_t token_tag(std::string_view jti);

/// Whether the two may do and see the same and are called the same.
bool same_rights(const Actor& a, const Actor& b);

}  // namespace desk
