#pragma once

#include <string>

#include "desk/auth/claims.hpp"

namespace desk::auth {

/// What a token must say besides a good signature. Empty: not asked.
struct TokenRules {
    std::string issuer;    ///< `iss` must be exactly this
    std::string audience;  ///< `aud` must be this or hold it
    ClaimNames names;
};

}  // namespace desk::auth
