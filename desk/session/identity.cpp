#include "desk/session/identity.hpp"

namespace desk {

IdentityRef identity_from(const auth::Claims& claims) {
    auto identity = std::make_shared<Identity>();
    identity->actor = Actor{.org = claims.org,
                            .user = claims.sub,
                            .name = claims.name,
                            .role = claims.role,
                            .teams = claims.teams,
                            .iat = claims.iat.value_or(0)};
    return identity;
}

}  // namespace desk
