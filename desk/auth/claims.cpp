#include "desk/auth/claims.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "desk/model/ids.hpp"
#include "desk/model/text.hpp"
#include "sio/base/utf8.hpp"

namespace desk::auth {
namespace {

using sio::json::Value;

std::unexpected<AuthFailure> refuse(AuthReason reason) { return std::unexpected(AuthFailure{reason}); }

/// The values of the claims we know, found in one walk over the payload.
struct Found {
    Value sub, name, org, teams, role, exp, iat, nbf, jti, iss, aud;
};

bool collect(Value payload, const ClaimNames& names, Found& found) {
    const std::pair<std::string_view, Value*> wanted[] = {
        {names.sub, &found.sub},   {names.name, &found.name}, {names.org, &found.org}, {names.teams, &found.teams},
        {names.role, &found.role}, {"exp", &found.exp},       {"iat", &found.iat},     {"nbf", &found.nbf},
        {"jti", &found.jti},       {"iss", &found.iss},       {"aud", &found.aud},
    };
    for (const auto [key, value] : payload.members()) {
        for (const auto& [name, slot] : wanted) {
            if (key != name) continue;
            if (slot->exists()) return false;
            *slot = value;
        }
    }
    return true;
}

/// NumericDate of RFC 7519 section 2, up to the year 9999: what is past that is a time in milliseconds given by mistake.
std::optional<std::int64_t> numeric_date(Value value) {
    constexpr double kEndOfTime = 253'402'300'800;
    const auto number = value.number();
    if (!number || !(*number >= 0) || *number >= kEndOfTime) return std::nullopt;
    return static_cast<std::int64_t>(std::floor(*number));
}

bool read_optional_date(Value value, std::optional<std::int64_t>& out) {
    if (!value.exists()) return true;
    out = numeric_date(value);
    return out.has_value();
}

bool read_id(Value value, std::string& out) {
    const auto text = value.string();
    if (!text || !is_valid_id(*text)) return false;
    out = *text;
    return true;
}

bool read_name(Value value, Claims& claims) {
    if (!value.exists()) {
        claims.name = claims.sub;
        return true;
    }
    const auto text = value.string();
    if (!text || sio::utf8::count(*text) > kMaxName) return false;
    claims.name = clean_text(text->empty() ? claims.sub : *text);
    return true;
}

bool read_teams(Value value, std::vector<std::string>& teams) {
    if (!value.exists()) return true;
    if (!value.is_array() || value.size() > kMaxTeams) return false;
    for (const auto element : value.elements()) {
        std::string team;
        if (!read_id(element, team)) return false;
        if (std::ranges::find(teams, team) == teams.end()) teams.push_back(std::move(team));
    }
    return true;
}

bool read_role(Value value, Role& role) {
    const auto known = from_string<Role>(value.string().value_or(""));
    if (!known || *known == Role::System) return false;
    role = *known;
    return true;
}

bool read_token_id(Value value, std::optional<std::string>& out) {
    if (!value.exists()) return true;
    const auto text = value.string();
    if (!text || text->empty() || text->size() > kMaxTokenIdBytes) return false;
    out = *text;
    return true;
}

}  // namespace

std::expected<ClaimSet, AuthFailure> read_claims(Value payload, const ClaimNames& names) {
    Found found;
    if (!payload.is_object() || !collect(payload, names, found)) return refuse(AuthReason::BadPayload);
    ClaimSet set;
    auto& claims = set.claims;
    if (!read_id(found.sub, claims.sub)) return refuse(AuthReason::BadSubject);
    if (!read_id(found.org, claims.org)) return refuse(AuthReason::BadOrg);
    if (!read_name(found.name, claims)) return refuse(AuthReason::BadName);
    if (!read_teams(found.teams, claims.teams)) return refuse(AuthReason::BadTeams);
    if (!read_role(found.role, claims.role)) return refuse(AuthReason::BadRole);
    const auto expiry = numeric_date(found.exp);
    if (!expiry) return refuse(AuthReason::BadExpiry);
    claims.exp = *expiry;
    if (!read_optional_date(found.iat, claims.iat)) return refuse(AuthReason::BadIssuedAt);
    if (!read_optional_date(found.nbf, set.not_before)) return refuse(AuthReason::BadNotBefore);
    if (!read_token_id(found.jti, claims.jti)) return refuse(AuthReason::BadTokenId);
    set.issuer = found.iss;
    set.audience = found.aud;
    return set;
}

}  // namespace desk::auth
