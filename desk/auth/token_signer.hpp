#pragma once

#include <string>

#include "desk/auth/claims.hpp"
#include "desk/auth/key.hpp"
#include "sio/base/result.hpp"

namespace desk::auth {

/// Makes HS256 access tokens, for `gen-token` and for the demo. Claims are written as they stand: the verifier judges them.
/// Thread: any, concurrently; immutable.
class TokenSigner {
public:
    /// Pre: the key's algorithm is HS256.
    explicit TokenSigner(Key key);

    /// Errors: System when OpenSSL fails; TooLarge for a token that no verifier of ours would take.
    sio::Result<std::string> sign(const Claims& claims) const;

private:
    Key key_;
};

}  // namespace desk::auth
