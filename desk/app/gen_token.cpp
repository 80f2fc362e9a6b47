#include "desk/app/gen_token.hpp"

#include "desk/app/config_text.hpp"
#include "desk/app/token_keys.hpp"
#include "desk/auth/key_fetcher.hpp"
#include "desk/auth/token_signer.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/ids.hpp"

namespace desk::app {
namespace {

std::string refusal(const auth::AuthFailure& failure) {
    const auto code = auth::to_error(failure).code;
    return std::string(to_string(code)) + ": " + std::string(to_string(failure.reason));
}

std::expected<auth::KeySet, std::string> fetch_keys(const Config& config) {
    const auto document = jwks_download(config)->get();
    if (!document) return std::unexpected(document.error());
    auto keys = auth::keys_from_url(document->text);
    if (!keys) return std::unexpected(keys.error().detail);
    return *std::move(keys);
}

}  // namespace

std::expected<std::string, std::string> gen_token(const Config& config, const GenTokenRequest& request, std::int64_t now_ms) {
    const auto keys = load_keys(config);
    if (!keys) return std::unexpected(keys.error());
    if (!keys->signing)
        return std::unexpected("the keys that are set only check tokens; to make them set jwt_secret (INSIGHTDESK_JWT_SECRET)");
    const auto now = now_ms / 1000;
    const auto ttl = std::chrono::duration_cast<std::chrono::seconds>(request.ttl).count();
    if (ttl < 1) return std::unexpected("ttl must be a second or more");
    const auth::Claims claims{
        request.user,    request.name.empty() ? request.user : request.name, request.org, request.teams, request.role, now + ttl, now,
        sio::random_id()};
    auto token = auth::TokenSigner(*keys->signing, token_rules(config)).sign(claims);
    if (!token) return std::unexpected(token.error().detail);
    // The server's own judgement, so that nobody hunts for a typing error in the browser.
    if (const auto taken = auth::TokenVerifier(keys->verifying, token_rules(config)).verify(*token, now_ms); !taken) {
        return std::unexpected("the server would refuse this token: " + refusal(taken.error()) +
                               " (ids are 1 to 128 of letters, digits and _ . @ | + = -)");
    }
    return *std::move(token);
}

std::expected<std::string, std::string> check_token(const Config& config, std::string_view token, std::int64_t now_ms) {
    auto keys = load_keys(config);
    if (!keys) return std::unexpected(keys.error());
    if (!config.jwks_url.empty()) {
        auto fetched = fetch_keys(config);
        if (!fetched) return std::unexpected("jwks_url: " + fetched.error());
        keys->verifying = *std::move(fetched);
    }
    const auto claims = auth::TokenVerifier(keys->verifying, token_rules(config)).verify(token, now_ms);
    if (!claims) return std::unexpected(refusal(claims.error()));
    std::string text = "user:    " + claims->sub + "\nname:    " + claims->name + "\norg:     " + claims->org +
                       "\nrole:    " + std::string(to_string(claims->role)) + "\nteams:   " + config_text::show(claims->teams) + "\n";
    if (claims->iat) text += "issued:  " + sio::format_iso8601(*claims->iat * 1000) + "\n";
    text += "expires: " + sio::format_iso8601(claims->exp * 1000) + "\n";
    if (claims->jti) text += "id:      " + *claims->jti + "\n";
    return text;
}

}  // namespace desk::app
