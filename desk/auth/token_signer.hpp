#pragma once

#include <string>

#include "desk/auth/claims.hpp"
#include "desk/auth/key.hpp"
#include "desk/auth/token_rules.hpp"
#include "sio/base/result.hpp"

namespace desk::auth {

/// Makes HS256 access tokens, for `gen-token` and for the demo, that a verifier with the same rules takes as far as the claims are right:
/// they are written as they stand.
/// Thread: any, concurrently; immutable.
class TokenSigner {
public:
    /// Pre: the key's algorithm is HS256.
    explicit TokenSigner(Key key, TokenRules rules = {});

    /// Errors: System when OpenSSL fails; TooLarge for a token that no verifier of ours would take.
    sio::Result<std::string> sign(const Claims& claims) const;

private:
    Key key_;
    TokenRules rules_;
};

}  // namespace desk::auth
