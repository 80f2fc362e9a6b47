#include "desk/auth/token_verifier.hpp"

#include "desk/auth/compact.hpp"
#include "sio/base/base64.hpp"
#include "sio/base/json.hpp"

namespace desk::auth {
namespace {

std::unexpected<AuthFailure> refuse(AuthReason reason) { return std::unexpected(AuthFailure{reason}); }

/// Decodes and parses one part of a token. One parser a thread; the value lives until the thread's next call.
sio::Result<sio::json::Value> parse_part(std::string_view encoded) {
    thread_local sio::json::Parser parser({.max_bytes = kMaxTokenBytes, .max_depth = 8});
    thread_local std::string text;
    text.clear();
    if (auto decoded = sio::base64::decode_append(text, encoded, sio::base64::Alphabet::Url, sio::base64::Padding::Forbidden); !decoded) {
        return std::unexpected(decoded.error());
    }
    const auto size = text.size();
    text.append(sio::json::kPadding, '\0');
    return parser.parse(std::string_view(text).substr(0, size));
}

struct Header {
    std::string algorithm;
    std::optional<std::string> key_id;
};

/// cjose reads the header again, by rules of its own, so nothing it could read otherwise than we do may pass: `alg` stands once, as a
/// string.
std::expected<Header, AuthFailure> read_header(std::string_view encoded) {
    const auto parsed = parse_part(encoded);
    if (!parsed || !parsed->is_object()) return refuse(AuthReason::Malformed);
    std::optional<std::string_view> algorithm;
    std::optional<std::string_view> key_id;
    for (const auto [key, value] : parsed->members()) {
        if (key == "crit" || key == "b64") return refuse(AuthReason::BadHeader);  // RFC 7515 section 4.1.11: we understand no extension
        if (key != "alg" && key != "kid") continue;
        auto& slot = key == "alg" ? algorithm : key_id;
        if (slot || !value.is_string()) return refuse(AuthReason::BadHeader);
        slot = value.string();
    }
    if (!algorithm) return refuse(AuthReason::BadHeader);
    return Header{std::string(*algorithm), key_id ? std::optional<std::string>(*key_id) : std::nullopt};
}

/// RFC 7519 section 4.1.3: one string or an array of them.
bool meant_for(sio::json::Value claim, const std::string& audience) {
    if (claim.is_string()) return claim.string() == audience;
    for (const auto one : claim.elements()) {
        if (one.string() == audience) return true;
    }
    return false;
}

/// Whether a newer set might hold the key: one of an algorithm that sets are fetched for, and whose id none of ours has. Secrets are never
/// fetched.
bool lacks_key(const KeySet& keys, const Header& header) {
    const auto algorithm = parse_algorithm(header.algorithm);
    if (!algorithm || *algorithm == Algorithm::HS256) return false;
    if (!header.key_id) return keys.empty();
    for (const auto& key : keys.keys()) {
        if (key.id() == *header.key_id || (key.id().empty() && key.algorithm() == *algorithm)) return false;
    }
    return true;
}

}  // namespace

TokenVerifier::TokenVerifier(KeySet keys, TokenRules rules) : keys_(std::move(keys)), rules_(std::move(rules)) {}

std::expected<void, AuthFailure> TokenVerifier::check_signature(std::string_view token, std::string_view encoded_header) const {
    const auto header = read_header(encoded_header);
    if (!header) return std::unexpected(header.error());
    const KeySet& keys = keys_.current();
    if (keys.empty() && source_ != nullptr) return refuse(AuthReason::NoKeys);
    auto reason = AuthReason::Algorithm;
    for (const auto& key : keys.keys()) {
        if (header->algorithm != to_string(key.algorithm())) continue;
        // A key or a token without an id goes with any.
        if (header->key_id && !key.id().empty() && *header->key_id != key.id()) {
            if (reason == AuthReason::Algorithm) reason = AuthReason::UnknownKey;
            continue;
        }
        if (key.verify(token)) return {};
        reason = AuthReason::Signature;
    }
    if (reason == AuthReason::Algorithm && lacks_key(keys, *header)) reason = AuthReason::UnknownKey;
    return refuse(reason);
}

bool TokenVerifier::await_key_of(std::string_view token, KeySource::Done done) const {
    if (source_ == nullptr) return false;
    const auto parts = split(token);
    if (!parts) return false;
    const auto header = read_header(parts->header);
    const auto lacking = [&] { return lacks_key(keys_.current(), *header); };
    return header && lacking() && source_->fetch(lacking, std::move(done));
}

std::expected<Claims, AuthFailure> TokenVerifier::verify(std::string_view token, std::int64_t now_ms) const {
    const auto parts = split(token);
    if (!parts) return std::unexpected(parts.error());
    if (auto signature = check_signature(token, parts->header); !signature) return std::unexpected(signature.error());
    const auto payload = parse_part(parts->payload);
    if (!payload) return refuse(AuthReason::BadPayload);
    auto read = read_claims(*payload, rules_.names);
    if (!read) return std::unexpected(read.error());
    if (!rules_.issuer.empty() && read->issuer.string() != rules_.issuer) return refuse(AuthReason::WrongIssuer);
    if (!rules_.audience.empty() && !meant_for(read->audience, rules_.audience)) return refuse(AuthReason::WrongAudience);
    if (read->not_before && now_ms < *read->not_before * 1000) return refuse(AuthReason::NotYetValid);
    if (now_ms >= read->claims.exp * 1000) return refuse(AuthReason::Expired);
    return std::move(read->claims);
}

}  // namespace desk::auth
