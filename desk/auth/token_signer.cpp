#include "desk/auth/token_signer.hpp"

#include <cjose/cjose.h>

#include <cassert>
#include <memory>

#include "desk/auth/compact.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::auth {
namespace {

struct Release {
    void operator()(cjose_header_t* header) const { cjose_header_release(header); }
    void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

std::string payload_of(const Claims& claims, const TokenRules& rules) {
    const auto& names = rules.names;
    std::string json;
    sio::json::Writer writer(json);
    writer.begin_object();
    if (!rules.issuer.empty()) writer.field("iss", rules.issuer);
    if (!rules.audience.empty()) writer.field("aud", rules.audience);
    writer.field(names.sub, claims.sub).field(names.name, claims.name).field(names.org, claims.org).field(names.teams, claims.teams);
    writer.field(names.role, to_string(claims.role)).field_if("iat", claims.iat).field("exp", claims.exp).field_if("jti", claims.jti);
    writer.end_object();
    return json;
}

}  // namespace

TokenSigner::TokenSigner(Key key, TokenRules rules) : key_(std::move(key)), rules_(std::move(rules)) {
    assert(key_.algorithm() == Algorithm::HS256);
}

sio::Result<std::string> TokenSigner::sign(const Claims& claims) const {
    cjose_err error{};
    const std::unique_ptr<cjose_header_t, Release> header(cjose_header_new(&error));
    const auto set = [&](const char* name, const char* value) { return cjose_header_set(header.get(), name, value, &error); };
    if (!header || !set("alg", "HS256") || !set("typ", "JWT") || (!key_.id().empty() && !set("kid", key_.id().c_str()))) {
        return sio::fail(sio::ErrorCode::System, error.message);
    }
    const auto payload = payload_of(claims, rules_);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
    const std::unique_ptr<cjose_jws_t, Release> jws(cjose_jws_sign(key_.handle(), header.get(), bytes, payload.size(), &error));
    const char* compact = nullptr;  // owned by jws
    if (!jws || !cjose_jws_export(jws.get(), &compact, &error)) return sio::fail(sio::ErrorCode::System, error.message);
    std::string token(compact);
    if (token.size() > kMaxTokenBytes) return sio::fail(sio::ErrorCode::TooLarge, "the token would be over 8 KiB");
    return token;
}

}  // namespace desk::auth
