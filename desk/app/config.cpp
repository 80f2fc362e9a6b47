#include "desk/app/config.hpp"

#include <algorithm>
#include <cstring>

#include "desk/app/settings.hpp"
#include "sio/runtime/address.hpp"

namespace desk::app {
namespace {

constexpr std::string_view kPrefix = "INSIGHTDESK_";
constexpr std::string_view kConfigVariable = "INSIGHTDESK_CONFIG";
constexpr std::string_view kSqlite = "sqlite:";

/// How the operator gave it: `--port`, `INSIGHTDESK_PORT`, `port`.
std::string spelled(const Setting& setting, Source source) {
    if (source == Source::Flag) return setting.flag();
    if (source == Source::Environment) return setting.variable();
    return std::string(setting.name);
}

bool loopback_only(const Config& config) {
    return std::ranges::all_of(config.host, [](const std::string& host) {
        const auto address = sio::runtime::Address::parse(host);
        return address && address->is_loopback();
    });
}

Problems judge(const Config& config) {
    Problems problems;
    if (config.tls_cert.empty() != config.tls_key.empty())
        problems.emplace_back("tls_cert and tls_key need each other: one of them is not set");
    if (!config.jwt_secret.empty() && !config.jwt_secret_file.empty())
        problems.emplace_back("jwt_secret and jwt_secret_file are both set; keep one");
    if (!config.jwks_url.empty()) {
        for (const auto& [name, value] : {std::pair<std::string_view, const std::string&>("jwt_secret", config.jwt_secret),
                                          {"jwt_secret_file", config.jwt_secret_file},
                                          {"jwt_public_key", config.jwt_public_key},
                                          {"jwks_file", config.jwks_file}}) {
            if (!value.empty()) problems.push_back("jwks_url and " + std::string(name) + " are both set; keep one");
        }
    }
    if (config.jwks_url.empty() && !config.jwks_ca_file.empty()) problems.emplace_back("jwks_ca_file is set without jwks_url");
    if (!config.has_key() && !loopback_only(config)) {
        problems.emplace_back(
            "no key is set, and the one that is made for development serves loopback only, not the addresses of host: set jwt_secret "
            "(INSIGHTDESK_JWT_SECRET) or another key, or leave host at 127.0.0.1,::1");
    }
    if (!config.test_clock.empty() && !config.allow_test_clock) {
        problems.emplace_back(
            "test_clock moves the time of all that is stored, so it needs allow_test_clock (INSIGHTDESK_ALLOW_TEST_CLOCK=1)");
    }
    if (config.valkey.empty() && !config.adapter.empty() && config.adapter != "memory")
        problems.push_back("adapter " + config.adapter + " needs valkey (INSIGHTDESK_VALKEY)");
    if (config.mirror && !config.has_adapter())
        problems.emplace_back("mirror needs valkey (INSIGHTDESK_VALKEY) and an adapter other than memory");
    if (!config.bare_rooms.empty() && (!config.has_adapter() || config.adapter == "sharded"))
        problems.emplace_back("bare_rooms needs valkey (INSIGHTDESK_VALKEY) and the adapter streams or pubsub, which emitters speak");
    if (config.admin_ui != AdminUi::Off && (config.admin_ui_user.empty() || config.admin_ui_password_hash.empty()))
        problems.emplace_back("admin_ui needs admin_ui_user and admin_ui_password_hash (INSIGHTDESK_ADMIN_UI_USER, _PASSWORD_HASH)");
    if (config.dev && !loopback_only(config)) {
        problems.emplace_back(
            "dev hands out tokens to anyone who asks, so it serves loopback only: leave host at 127.0.0.1,::1 or take dev away");
    }
    return problems;
}

}  // namespace

std::optional<std::string> Config::store_file() const {
    if (!store.starts_with(kSqlite)) return std::nullopt;
    std::string path = store.substr(kSqlite.size());
    if (path == ":memory:") return std::nullopt;
    return path;
}

void RawConfig::put(std::string_view name, std::string text, Source source) {
    const auto [entry, added] = entries_.try_emplace(std::string(name), Entry{text, source});
    if (!added && source >= entry->second.source) entry->second = Entry{std::move(text), source};
}

Source RawConfig::source_of(std::string_view name) const {
    const auto entry = entries_.find(name);
    return entry == entries_.end() ? Source::Default : entry->second.source;
}

Environment read_environment(const char* const* environ) {
    Environment ours;
    for (; environ != nullptr && *environ != nullptr; ++environ) {
        const std::string_view line(*environ);
        const auto equals = line.find('=');
        if (line.starts_with(kPrefix) && equals != std::string_view::npos) ours.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return ours;
}

Problems add_environment(RawConfig& raw, const Environment& environment) {
    Problems problems;
    for (const auto& [variable, value] : environment) {
        if (variable == kConfigVariable) continue;
        if (const auto* setting = find_setting_by_variable(variable)) {
            raw.put(setting->name, value, Source::Environment);
            continue;
        }
        std::string name = variable.substr(kPrefix.size());
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
        const auto* near = find_setting(nearest_setting(name));
        problems.push_back(variable + " is no setting" + (near != nullptr ? "; did you mean " + near->variable() + "?" : ""));
    }
    return problems;
}

std::expected<Config, Problems> resolve(const RawConfig& raw) {
    Config config;
    Problems problems;
    for (const auto& group : setting_groups()) {
        for (const auto& setting : group.settings) {
            const auto entry = raw.entries().find(setting.name);
            if (entry == raw.entries().end()) continue;
            const auto parsed = setting.parse(config, entry->second.text);
            if (parsed) continue;
            // What is no URL of PostgreSQL, but was meant for one, may hold a password anywhere.
            const bool secret = setting.secret || (setting.name == "store" && entry->second.text.starts_with("postgres"));
            const auto value = secret ? std::string("its value") : "\"" + entry->second.text + "\"";
            problems.push_back(spelled(setting, entry->second.source) + ": " + value + " " + parsed.error());
        }
    }
    // Judging half-understood settings would only add misleading sentences.
    if (problems.empty()) problems = judge(config);
    if (!problems.empty()) return std::unexpected(std::move(problems));
    return config;
}

}  // namespace desk::app
