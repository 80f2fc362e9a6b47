#pragma once

#include "desk/auth/token_verifier.hpp"
#include "desk/session/door.hpp"
#include "desk/session/identities.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// `token:update {token}` on any namespace (domain.md 3.8): a token of the same user and org moves the expiry of the whole connection and
/// sets role and teams anew; the asking socket gets `token:updated {expiresAt}`. Any other token ends the connection.
/// Thread: any loop; immutable.
class TokenUpdates {
public:
    TokenUpdates(Door& door, const auth::TokenVerifier& verifier, const Identities& identities)
        : door_(door), verifier_(verifier), identities_(identities) {}

    /// Before the server starts.
    void add_to(sio::Namespace& nsp);

private:
    Result<void> update(sio::Socket& socket, const sio::Event& event);

    Door& door_;
    const auth::TokenVerifier& verifier_;
    const Identities& identities_;
};

}  // namespace desk
