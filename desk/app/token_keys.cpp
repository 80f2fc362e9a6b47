#include "desk/app/token_keys.hpp"

#include <array>
#include <fstream>

#include "desk/app/dev_secret.hpp"
#include "desk/auth/http_download.hpp"
#include "sio/base/ids.hpp"

namespace desk::app {
namespace {

constexpr std::size_t kMaxKeyFileBytes = 64 * 1024;
constexpr std::size_t kStrongBytes = 32;

enum class WithoutKey : std::uint8_t { Make, Refuse };

std::expected<std::string, std::string> read_file(std::string_view setting, const std::string& path) {
    const auto error = [&](std::string_view what) { return std::unexpected(std::string(setting) + ": " + path + std::string(what)); };
    std::ifstream file(path, std::ios::binary);
    if (!file) return error(" cannot be read");
    std::string text(kMaxKeyFileBytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return error(" cannot be read");
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxKeyFileBytes) return error(" is over 64 KiB");
    return text;
}

std::expected<std::string, std::string> configured_secret(const Config& config) {
    if (config.jwt_secret_file.empty()) return config.jwt_secret;
    auto text = read_file("jwt_secret_file", config.jwt_secret_file);
    if (!text) return text;
    if (text->ends_with('\n')) text->pop_back();
    if (text->ends_with('\r')) text->pop_back();
    if (text->empty()) return std::unexpected("jwt_secret_file: " + config.jwt_secret_file + " is empty");
    return text;
}

std::expected<std::string, std::string> development_secret(const Config& config, WithoutKey without, TokenKeys& keys) {
    const auto store = config.store_file();
    if (!store && without == WithoutKey::Refuse) {
        return std::unexpected("no key is set, and only a store in a file has a place for the server's own: set INSIGHTDESK_JWT_SECRET");
    }
    if (!store) {
        keys.made_at = "";
        return sio::random_hex(64);
    }
    const DevSecret file(*store);
    keys.made_at = file.path();
    auto secret = without == WithoutKey::Make ? file.read_or_make() : file.read();
    if (!secret && without == WithoutKey::Refuse) {
        return std::unexpected("no key is set (INSIGHTDESK_JWT_SECRET) and the server's own was not found: " + secret.error() +
                               ". Start `insightdesk serve` with the same store first");
    }
    return secret;
}

std::expected<void, std::string> add_public_keys(const Config& config, TokenKeys& keys) {
    if (!config.jwt_public_key.empty()) {
        const auto pem = read_file("jwt_public_key", config.jwt_public_key);
        if (!pem) return std::unexpected(pem.error());
        const auto rsa = auth::parse_algorithm(config.jwt_rsa_algorithm).value_or(auth::Algorithm::RS256);
        auto key = auth::Key::from_pem(*pem, {}, rsa);
        if (!key) return std::unexpected("jwt_public_key: " + config.jwt_public_key + ": " + key.error().detail);
        keys.verifying.add(*std::move(key));
    }
    if (!config.jwks_file.empty()) {
        const auto json = read_file("jwks_file", config.jwks_file);
        if (!json) return std::unexpected(json.error());
        const auto set = auth::KeySet::from_jwks(*json);
        if (!set) return std::unexpected("jwks_file: " + config.jwks_file + ": " + set.error().detail);
        for (const auto& key : set->keys()) keys.verifying.add(key);
    }
    return {};
}

std::expected<TokenKeys, std::string> load(const Config& config, WithoutKey without) {
    TokenKeys keys;
    const bool has_secret = !config.jwt_secret.empty() || !config.jwt_secret_file.empty();
    if (has_secret || !config.has_key()) {
        const auto secret = has_secret ? configured_secret(config) : development_secret(config, without, keys);
        if (!secret) return std::unexpected(secret.error());
        auto key = auth::Key::from_secret(*secret);
        if (!key) return std::unexpected("jwt_secret: " + key.error().detail);
        keys.weak_secret = secret->size() < kStrongBytes;
        keys.signing = *key;
        keys.secret = *secret;
        keys.verifying.add(*std::move(key));
    }
    if (auto added = add_public_keys(config, keys); !added) return std::unexpected(added.error());
    return keys;
}

}  // namespace

std::expected<TokenKeys, std::string> load_or_make_keys(const Config& config) { return load(config, WithoutKey::Make); }

std::expected<TokenKeys, std::string> load_keys(const Config& config) { return load(config, WithoutKey::Refuse); }

std::unique_ptr<auth::Download> jwks_download(const Config& config) {
    return std::make_unique<auth::HttpDownload>(auth::HttpDownload::Options{.url = config.jwks_url, .ca_file = config.jwks_ca_file});
}

auth::TokenRules token_rules(const Config& config) {
    return {config.jwt_issuer,
            config.jwt_audience,
            {config.claim_user, config.claim_name, config.claim_org, config.claim_teams, config.claim_role}};
}

}  // namespace desk::app
