#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/limits.hpp"
#include "sio/base/log.hpp"

namespace desk::app {

enum class LogFormat : std::uint8_t { Auto, Json, Human };  ///< Auto: human on a terminal, else JSON lines

enum class AdminUi : std::uint8_t { Off, Production, Development };

/// Every setting of the server, with its default. What each means, and its bounds, stands in the table of settings_table.cpp and nowhere
/// else.
struct Config {
    std::vector<std::string> host{"127.0.0.1", "::1"};
    std::uint16_t port = 3001;
    std::string tls_cert;
    std::string tls_key;
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> cors_origins;
    unsigned loops = 0;  ///< 0: one a core
    bool allow_eio3 = false;
    std::string server_name;  ///< for the log; empty: host name and port
    std::string server_tag;   ///< two characters, which stand in every session id; empty: drawn at random

    std::string store = "sqlite:insightdesk.db";
    unsigned store_connections = 4;
    std::chrono::milliseconds log_retention = std::chrono::days(7);

    std::string valkey;
    std::string adapter;  ///< empty: streams with Valkey, else memory
    bool mirror = false;
    std::string bare_rooms;  ///< an org; empty: the only one

    std::string jwt_secret;
    std::string jwt_secret_file;
    std::string jwt_public_key;
    std::string jwt_rsa_algorithm = "RS256";
    std::string jwks_file;
    std::string jwks_url;
    std::string jwks_ca_file;
    std::chrono::milliseconds jwks_refresh = std::chrono::minutes(10);
    std::string jwt_issuer;
    std::string jwt_audience;
    std::string claim_user = "sub";
    std::string claim_name = "name";
    std::string claim_org = "org";
    std::string claim_teams = "teams";
    std::string claim_role = "role";

    std::chrono::milliseconds token_grace = std::chrono::seconds(30);
    std::chrono::milliseconds presence_grace = std::chrono::seconds(15);
    std::chrono::milliseconds presence_lapse = std::chrono::hours(12);
    std::chrono::milliseconds presence_lease = std::chrono::seconds(15);
    std::chrono::milliseconds presence_handover = std::chrono::seconds(60);
    std::chrono::milliseconds typing_expiry = std::chrono::seconds(6);
    std::chrono::milliseconds chat_grace = std::chrono::seconds(5);
    std::chrono::milliseconds chat_timeout = std::chrono::seconds(120);
    std::chrono::milliseconds chat_inactivity = std::chrono::minutes(30);
    std::chrono::milliseconds metrics_check = std::chrono::minutes(5);
    std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
    std::chrono::milliseconds drain_time = std::chrono::seconds(10);
    std::chrono::milliseconds janitor_interval = std::chrono::minutes(5);

    std::uint32_t agent_capacity = 4;
    std::uint32_t agent_chat_weight = 1;
    std::uint32_t agent_ticket_weight = 0;

    std::string limits_profile = "standard";
    Limits limits;

    sio::LogLevel log_level = sio::LogLevel::Info;
    LogFormat log_format = LogFormat::Auto;
    std::string metrics_token;
    AdminUi admin_ui = AdminUi::Off;
    std::string admin_ui_user;
    std::string admin_ui_password_hash;
    bool dev = false;
    bool demo = false;
    std::string test_clock;
    bool allow_test_clock = false;

    /// Whether a key was given; without one `serve` makes its own, beside the store.
    bool has_key() const {
        return !jwt_secret.empty() || !jwt_secret_file.empty() || !jwt_public_key.empty() || !jwks_file.empty() || !jwks_url.empty();
    }
    /// Whether other servers may stand on the same store.
    bool shares_store() const { return store.starts_with("postgres"); }
    /// Whether raw events come from other servers and emitters.
    bool has_adapter() const { return !valkey.empty() && adapter != "memory"; }
    /// The file behind `store`; nullopt for `sqlite::memory:` and PostgreSQL.
    std::optional<std::string> store_file() const;
    bool operator==(const Config&) const = default;
};

/// Where a value came from, weakest first.
enum class Source : std::uint8_t { Default, File, Environment, Flag };

/// Sentences for the operator, one for each thing that is wrong. No secret stands in them.
using Problems = std::vector<std::string>;

/// Values as text, not yet understood; of each setting the one from the strongest source wins.
class RawConfig {
public:
    struct Entry {
        std::string text;
        Source source;
    };

    /// Pre: `name` is a setting's.
    void put(std::string_view name, std::string text, Source source);
    const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }
    Source source_of(std::string_view name) const;

private:
    std::map<std::string, Entry, std::less<>> entries_;
};

/// The process's environment, as far as it is ours: names begin with INSIGHTDESK_.
using Environment = std::map<std::string, std::string, std::less<>>;
Environment read_environment(const char* const* environ);

/// Takes INSIGHTDESK_* variables; INSIGHTDESK_CONFIG, which names the file, is passed over. Problems: unknown names.
Problems add_environment(RawConfig& raw, const Environment& environment);

/// Takes a TOML text of `name = value` lines. `where` names it in messages. Problems: syntax, unknown keys, tables, values of no use.
Problems add_file(RawConfig& raw, std::string_view toml, std::string_view where);

/// Reads and adds a file of at most 1 MiB.
Problems add_file_at(RawConfig& raw, const std::string& path);

/// Understands every value and judges them together: TLS needs both files, one key source at a time, and without a key, or with --dev, only
/// loopback is served. All problems are reported, not only the first.
std::expected<Config, Problems> resolve(const RawConfig& raw);

}  // namespace desk::app
