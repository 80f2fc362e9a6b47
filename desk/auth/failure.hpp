#pragma once

#include <cstdint>
#include <string_view>

#include "desk/model/error.hpp"

namespace desk::auth {

/// Why a token is refused. Closed; `to_string` gives what stands in `details.reason`.
enum class AuthReason : std::uint8_t {
    Expired,     ///< well signed, all claims right, past its `exp`
    Missing,     ///< no token at all
    TooLarge,    ///< over kMaxTokenBytes
    Malformed,   ///< not three parts of canonical base64url, or a header that is no JSON object
    BadHeader,   ///< `alg` absent, repeated or no string; `crit` or `b64`; a `kid` that is no string
    Algorithm,   ///< no key of ours has that `alg`
    UnknownKey,  ///< no key of ours has that `kid`
    NoKeys,      ///< nothing is said of the token: the keys have not been fetched yet
    Signature,   ///< does not match
    BadPayload,  ///< well signed, but no JSON object, or one with a claim repeated
    BadSubject,  ///< the claims, each absent where it must be there or of the wrong form
    BadOrg,
    BadName,
    BadTeams,
    BadRole,
    BadExpiry,
    BadIssuedAt,
    BadNotBefore,
    BadTokenId,
    NotYetValid,  ///< before its `nbf`
    WrongIssuer,
    WrongAudience,
    Revoked,  ///< by `jti`, or issued before the user's tokens were revoked; for those who keep the revocations
};

constexpr std::string_view to_string(AuthReason reason) {
    switch (reason) {
        case AuthReason::Expired: return "EXPIRED";
        case AuthReason::Missing: return "MISSING";
        case AuthReason::TooLarge: return "TOO_LARGE";
        case AuthReason::Malformed: return "MALFORMED";
        case AuthReason::BadHeader: return "BAD_HEADER";
        case AuthReason::Algorithm: return "ALGORITHM";
        case AuthReason::UnknownKey: return "UNKNOWN_KEY";
        case AuthReason::NoKeys: return "NO_KEYS";
        case AuthReason::Signature: return "SIGNATURE";
        case AuthReason::BadPayload: return "BAD_PAYLOAD";
        case AuthReason::BadSubject: return "BAD_SUB";
        case AuthReason::BadOrg: return "BAD_ORG";
        case AuthReason::BadName: return "BAD_NAME";
        case AuthReason::BadTeams: return "BAD_TEAMS";
        case AuthReason::BadRole: return "BAD_ROLE";
        case AuthReason::BadExpiry: return "BAD_EXP";
        case AuthReason::BadIssuedAt: return "BAD_IAT";
        case AuthReason::BadNotBefore: return "BAD_NBF";
        case AuthReason::BadTokenId: return "BAD_JTI";
        case AuthReason::NotYetValid: return "NOT_YET_VALID";
        case AuthReason::WrongIssuer: return "WRONG_ISSUER";
        case AuthReason::WrongAudience: return "WRONG_AUDIENCE";
        case AuthReason::Revoked: return "REVOKED";
    }
    return "";
}

/// A refused token.
struct AuthFailure {
    AuthReason reason = AuthReason::Malformed;

    bool expired() const { return reason == AuthReason::Expired; }
    /// Whether it speaks against who presents it: one that was good once does not, nor does one that we cannot judge.
    bool suspicious() const { return !expired() && reason != AuthReason::NoKeys; }
    bool operator==(const AuthFailure&) const = default;
};

/// What the client is told: AUTH_TOKEN_EXPIRED, AUTH_TOKEN_INVALID, or UNAVAILABLE for a token that cannot be judged, with the reason in
/// its details.
inline Error to_error(const AuthFailure& failure) {
    auto code = failure.expired() ? ErrorCode::AuthTokenExpired : ErrorCode::AuthTokenInvalid;
    if (failure.reason == AuthReason::NoKeys) code = ErrorCode::Unavailable;
    return Error{code, {}, {}}.because(to_string(failure.reason));
}

}  // namespace desk::auth
