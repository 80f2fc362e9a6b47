#include "desk/session/identity.hpp"

#include <functional>

namespace desk {

PersonRecord record_of(const User& user) {
    return {user.ref.name, user.ref.avatar_url, user.ref.role, user.active, user.teams, user.company, user.version};
}

IdentityRef identity_from(const auth::Claims& claims) {
    auto identity = std::make_shared<Identity>();
    identity->actor = Actor{.org = claims.org,
                            .user = claims.sub,
                            .name = claims.name,
                            .role = claims.role,
                            .token_tag = token_tag(claims.jti.value_or("")),
                            .teams = claims.teams,
                            .iat = claims.iat.value_or(0)};
    return identity;
}

IdentityRef laid_over(const Actor& actor, const PersonRecord& record) {
    auto identity = std::make_shared<Identity>();
    identity->actor = Actor{.org = actor.org,
                            .user = actor.user,
                            .name = record.name,
                            .avatar_url = record.avatar_url,
                            .role = record.role,
                            .token_tag = actor.token_tag,
                            .teams = record.teams,
                            .company = record.company,
                            .iat = actor.iat};
    return identity;
}

std::uint32_t token_tag(std::string_view jti) {
    if (jti.empty()) return 0;
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(jti)) | 1U;
}

bool same_rights(const Actor& a, const Actor& b) {
    return a.role == b.role && a.teams == b.teams && a.company == b.company && a.name == b.name && a.avatar_url == b.avatar_url;
}

}  // namespace desk
