#pragma once

#include <memory>
#include <string>

#include "desk/auth/claims.hpp"
#include "desk/model/people.hpp"

namespace desk {

/// A person on this server, shared by all of their connections. Immutable: a change makes a new one.  Thread: any.
struct Identity {
    Actor actor;
};
using IdentityRef = std::shared_ptr<const Identity>;

IdentityRef identity_from(const auth::Claims& claims);

}  // namespace desk
