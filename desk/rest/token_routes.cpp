#include "desk/model/fields.hpp"
#include "desk/model/text.hpp"
#include "desk/model/time.hpp"
#include "desk/rest/problem.hpp"
#include "desk/rest/routes.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/ids.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

constexpr std::int64_t kDefaultLifeS = 3600;
constexpr std::int64_t kMaxLifeS = 86'400;

Error off() { return Error{ErrorCode::Forbidden}.because("DEVELOPMENT_ONLY"); }

Result<std::string> sign(const auth::TokenSigner& signer, auth::Claims claims, std::int64_t life_s) {
    const std::int64_t now = sio::unix_ms() / 1000;
    claims.iat = now;
    claims.exp = now + life_s;
    claims.jti = sio::random_id();
    auto token = signer.sign(claims);
    if (!token) return fail(ErrorCode::Internal, token.error().detail);
    return sio::json::object({{"token", *token}, {"expiresAt", iso(claims.exp * 1'000'000)}}).str();
}

/// `{userId, orgId, role, name, teamIds, ttlSec}`.
Result<std::string> hand_out(const auth::TokenSigner& signer, const sio::http::Request& request) {
    // A page of another origin must not get one without the browser asking us first (a preflight), so no form's type is taken.
    if (!request.header("content-type").value_or("").starts_with("application/json")) return invalid("Content-Type", "NOT_JSON");
    sio::json::Parser parser;
    const auto body = parser.parse(request.body);
    if (!body) return fail(Error{ErrorCode::InvalidPayload}.because("NOT_A_JSON_OBJECT"));
    Fields fields(*body);
    auth::Claims claims;
    claims.sub = fields.id("userId");
    claims.org = fields.id("orgId");
    claims.role = fields.one_of("role", Role::Agent);
    claims.name = fields.optional_text("name").value_or(claims.sub);
    claims.teams = fields.ids("teamIds", auth::kMaxTeams);
    const auto life = fields.member("ttlSec") ? fields.member("ttlSec").integer() : std::optional(kDefaultLifeS);
    if (!life || *life < 1 || *life > kMaxLifeS) fields.wrong("ttlSec", "OUT_OF_RANGE");
    if (claims.role == Role::System) fields.wrong("role", "UNKNOWN_VALUE");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    auto name = required_text("name", claims.name, kMaxName);
    if (!name) return std::unexpected(std::move(name.error()));
    claims.name = std::move(*name);
    return sign(signer, std::move(claims), *life);
}

}  // namespace

void add_token_routes(Api& api, const std::optional<auth::TokenSigner>& signer, TokenDoors doors) {
    api.add_open(
        "/v1/auth/token",
        [&signer, open = doors.hand_out](const sio::http::Request& request) {
            if (!open || !signer) return problem(off());
            const auto token = hand_out(*signer, request);
            return token ? sio::http::Response::json(200, *token) : problem(token.error());
        },
        Method::Post);
    api.add(Method::Post, "/v1/auth/refresh", [&signer, open = doors.renew](const Call& call, Reply reply) {
        if (!open || !signer) return reply.refuse(off());
        // A backend's key is no person, and does not become one.
        if (call.key) return reply.refuse(Error{ErrorCode::Forbidden});
        const Actor& actor = call.actor();
        reply.finish(
            200,
            sign(*signer, {.sub = actor.user, .name = actor.name, .org = actor.org, .teams = actor.teams, .role = actor.role, .jti = {}},
                 kDefaultLifeS));
    });
}

}  // namespace desk::rest
