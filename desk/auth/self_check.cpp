#include "desk/auth/self_check.hpp"

#include <string>

namespace desk::auth {

sio::Result<void> check_own_tokens(const TokenSigner& signer, const TokenVerifier& verifier, std::int64_t now_ms) {
    Claims claims;
    claims.sub = claims.name = claims.org = "self-check";
    claims.role = Role::Agent;
    claims.exp = now_ms / 1000 + 60;
    const auto token = signer.sign(claims);
    if (!token) return std::unexpected(token.error());
    const auto verified = verifier.verify(*token, now_ms);
    if (verified) return {};
    return sio::fail(sio::ErrorCode::System, "a token of our own was refused: " + std::string(to_string(verified.error().reason)));
}

}  // namespace desk::auth
