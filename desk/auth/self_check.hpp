#pragma once

#include <cstdint>

#include "desk/auth/token_signer.hpp"
#include "desk/auth/token_verifier.hpp"

namespace desk::auth {

/// Whether tokens that are signed here are taken here: OpenSSL may be told by this machine's policy to refuse our digests, or secrets of
/// that length, which is better known at the start than by the first who connects. Errors: System, with OpenSSL's words or the reason.
sio::Result<void> check_own_tokens(const TokenSigner& signer, const TokenVerifier& verifier, std::int64_t now_ms);

}  // namespace desk::auth
