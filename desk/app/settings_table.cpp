#include <algorithm>
#include <cctype>

#include "desk/app/setting_row.hpp"
#include "desk/model/ids.hpp"
#include "sio/admin/password.hpp"
#include "sio/engineio/sid.hpp"

namespace desk::app {
namespace {

using namespace setting_row;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

text::Parsed<std::string> rsa_algorithm(std::string_view value) {
    if (value == "RS256" || value == "PS256") return std::string(value);
    return std::unexpected("is neither RS256 nor PS256");
}

text::Parsed<std::string> adapter(std::string_view value) {
    for (const std::string_view name : {"", "memory", "pubsub", "streams", "sharded"}) {
        if (value == name) return std::string(value);
    }
    return std::unexpected("is none of memory, pubsub, streams, sharded");
}

text::Parsed<std::string> claim(std::string_view value) {
    if (value.empty()) return std::unexpected("is empty");
    return any_text(value);
}

text::Parsed<std::string> server_name(std::string_view value) {
    const auto allowed = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("._:-").contains(c); };
    if (value.size() > 64 || !std::ranges::all_of(value, allowed)) return std::unexpected("is not up to 64 letters, digits, . _ : or -");
    return std::string(value);
}

text::Parsed<std::string> maybe_org(std::string_view value) {
    if (!value.empty() && !is_valid_id(value)) return std::unexpected("is no id of an org");
    return std::string(value);
}

text::Parsed<std::string> server_tag(std::string_view value) {
    if (!value.empty() && !sio::engineio::parse_server_tag(value)) return std::unexpected("is not two letters, digits, - or _");
    return std::string(value);
}

text::Parsed<std::string> password_hash(std::string_view value) {
    if (!value.empty() && !sio::admin::is_bcrypt_hash(value)) return std::unexpected("is no bcrypt hash of cost 4 to 15");
    return std::string(value);
}

constexpr Setting kListening[] = {
    row<kField<&Config::host>, text::hosts>("host", "LIST", "Addresses to listen on; localhost is 127.0.0.1 and ::1, * is all of them."),
    row<kField<&Config::port>, whole<0, 65535>>("port", "PORT", "TCP port; 0 lets the system choose."),
    row<kField<&Config::tls_cert>, any_text>("tls_cert", "FILE",
                                             "Certificate chain in PEM; with tls_key, https and wss are served. Read again on SIGHUP."),
    row<kField<&Config::tls_key>, any_text>("tls_key", "FILE", "Private key of tls_cert in PEM."),
    row<kField<&Config::trusted_proxies>, text::address_ranges>(
        "trusted_proxies", "LIST", "Proxies whose X-Forwarded-For is believed: addresses and prefixes such as 10.0.0.0/8."),
    row<kField<&Config::cors_origins>, text::origins>("cors_origins", "LIST",
                                                      "Origins whose pages may connect, such as https://desk.example.com; * is any."),
    row<kField<&Config::loops>, whole<0, 256>>("loops", "N", "Event loops; 0 is one a core."),
    row<kField<&Config::allow_eio3>, text::boolean>(
        "allow_eio3", "",
        "Let clients of Socket.IO 2 in too (Engine.IO 3); their token is the URL's query ?token=, which proxies may log."),
    row<kField<&Config::server_name>, server_name>("server_name", "NAME",
                                                   "What logs call this server among several; empty: host name and port."),
    row<kField<&Config::server_tag>, server_tag>(
        "server_tag", "XX",
        "Two letters or digits that no other server has: the 17th and 18th of each session id, for a balancer; empty: at random."),
};

constexpr Setting kStore[] = {
    row<kField<&Config::store>, text::store>(
        "store", "URL",
        "Where everything is kept: sqlite:PATH, sqlite::memory: for as long as the server runs (a nameless file in TMPDIR), or, for "
        "several "
        "servers, postgres://USER@HOST/DATABASE with whatever parameters libpq knows, sslmode for one. A password is better off in "
        "PGPASSWORD or a passfile."),
    row<kField<&Config::store_connections>, whole<1, 64>>(
        "store_connections", "N", "Connections to PostgreSQL that write, each for one org at a time, and as many that read."),
    row<kField<&Config::log_retention>, between<kMinute, 3650 * kDay>>("log_retention", "TIME", "How long missed events can be asked for."),
};

constexpr Setting kCluster[] = {
    row<kField<&Config::valkey>, text::valkey>(
        "valkey", "URL",
        "Valkey or Redis, through which several servers are one helpdesk: redis[s]://[user:password@]host[:port][,...], with "
        "?sentinel=NAME or ?cluster=true. Empty: this server is alone.",
        true),
    row<kField<&Config::adapter>, adapter>(
        "adapter", "NAME",
        "How raw events go to other servers and Node's: memory (nowhere), pubsub, streams or sharded, each as Node's adapter of that name. "
        "Empty: streams with valkey, which hears the stock emitter too; else memory."),
    row<kField<&Config::mirror>, text::boolean>(
        "mirror", "", "Publish every logged event through the adapter too, for clients of Node servers on the same Valkey."),
    row<kField<&Config::bare_rooms>, maybe_org>("bare_rooms", "ORG",
                                                "Org whose rooms emitters and Node servers mean by ticket:ID, user:ID, team:ID and "
                                                "conv:ID. Empty: the only org there is; with several "
                                                "such names reach nobody."),
};

constexpr Setting kTokens[] = {
    row<kField<&Config::jwt_secret>, any_text>(
        "jwt_secret", "TEXT",
        "Secret of HS256 tokens, 32 bytes or more. Without any key a random one is made beside the store, for loopback only.", true),
    row<kField<&Config::jwt_secret_file>, any_text>("jwt_secret_file", "FILE",
                                                    "File that holds the secret of HS256 tokens; one line end at its end is cut off."),
    row<kField<&Config::jwt_public_key>, any_text>("jwt_public_key", "FILE",
                                                   "Public key or certificate in PEM: RSA for RS256 or PS256, P-256 for ES256."),
    row<kField<&Config::jwt_rsa_algorithm>, rsa_algorithm>("jwt_rsa_algorithm", "NAME",
                                                           "The one algorithm of an RSA jwt_public_key: RS256 or PS256."),
    row<kField<&Config::jwks_file>, any_text>("jwks_file", "FILE", "JSON Web Key Set; a token's kid chooses the key."),
    row<kField<&Config::jwks_url>, text::url>(
        "jwks_url", "URL",
        "Where a JSON Web Key Set is fetched from, https or http; new keys are met without a restart. Symmetric keys in it are not used."),
    row<kField<&Config::jwks_refresh>, between<kSecond, 30 * kDay>>(
        "jwks_refresh", "TIME",
        "Longest time between two fetches of jwks_url; its Cache-Control max-age, if a minute or more, shortens it."),
    row<kField<&Config::jwks_ca_file>, any_text>("jwks_ca_file", "FILE",
                                                 "Certificates to trust for jwks_url, in PEM; empty: those of the system."),
    row<kField<&Config::jwt_issuer>, any_text>("jwt_issuer", "TEXT", "What a token's iss must be; empty: not asked."),
    row<kField<&Config::jwt_audience>, any_text>("jwt_audience", "TEXT", "What a token's aud must be or hold; empty: not asked."),
    row<kField<&Config::claim_user>, claim>("claim_user", "NAME", "Claim that holds the user's id."),
    row<kField<&Config::claim_name>, claim>("claim_name", "NAME", "Claim that holds the user's name."),
    row<kField<&Config::claim_org>, claim>("claim_org", "NAME", "Claim that holds the org's id."),
    row<kField<&Config::claim_teams>, claim>("claim_teams", "NAME", "Claim that holds the list of team ids."),
    row<kField<&Config::claim_role>, claim>("claim_role", "NAME", "Claim that holds the role: admin, agent, customer or bot."),
};

constexpr Setting kTimes[] = {
    row<kField<&Config::token_grace>, between<0, kHour>>("token_grace", "TIME", "How long a connection outlives its expired token."),
    row<kField<&Config::presence_grace>, between<0, 2 * kMinute>>("presence_grace", "TIME",
                                                                  "How long after the last connection a person still counts as present."),
    row<kField<&Config::presence_lapse>, between<kSecond, 30 * kDay>>(
        "presence_lapse", "TIME", "When a status somebody set is forgotten, without a connection of theirs."),
    row<kField<&Config::presence_lease>, between<kSecond, 5 * kMinute>>(
        "presence_lease", "TIME", "How long the people of a server that died still count as connected."),
    row<kField<&Config::presence_handover>, between<0, 10 * kMinute>>(
        "presence_handover", "TIME", "The same, of a server that was stopped; presence_grace follows either."),
    row<kField<&Config::typing_expiry>, between<kSecond, 5 * kMinute>>(
        "typing_expiry", "TIME", "When typing that is not repeated ends; more than the 3 s after which clients stop."),
    row<kField<&Config::chat_grace>, between<0, 2 * kMinute>>(
        "chat_grace", "TIME", "How long after their last socket somebody still stands in a chat's list of those online."),
    row<kField<&Config::chat_timeout>, between<kSecond, kDay>>(
        "chat_timeout", "TIME",
        "When a chat ends whose customer is gone; it begins with the end of chat_grace, or with a start of the server."),
    row<kField<&Config::chat_inactivity>, between<kSecond, 30 * kDay>>("chat_inactivity", "TIME",
                                                                       "When a chat ends in which nobody writes."),
    row<kField<&Config::metrics_check>, between<kSecond, kDay>>(
        "metrics_check", "TIME", "How often the counters of a watched dashboard are held against the tickets."),
    row<kField<&Config::connect_timeout>, between<100, 5 * kMinute>>("connect_timeout", "TIME",
                                                                     "When a connection is closed that has joined no namespace."),
    row<kField<&Config::drain_time>, between<0, 10 * kMinute>>("drain_time", "TIME", "Over how long connections are closed at shutdown."),
    row<kField<&Config::janitor_interval>, between<100, kDay>>("janitor_interval", "TIME",
                                                               "How often events past log_retention and expired keys are forgotten."),
};

constexpr Setting kAgents[] = {
    row<kField<&Config::agent_capacity>, whole<0, 1000>>(
        "agent_capacity", "N", "How much work an agent can have: their load is their work divided by this; 0: no load is told."),
    row<kField<&Config::agent_chat_weight>, whole<0, 1000>>("agent_chat_weight", "N", "How much work an active chat is."),
    row<kField<&Config::agent_ticket_weight>, whole<0, 1000>>("agent_ticket_weight", "N", "How much work an open ticket is."),
};

constexpr std::uint32_t kMany = 1'000'000'000;

text::Parsed<std::string> profile(std::string_view value) {
    if (value == "standard" || value == "high") return std::string(value);
    return std::unexpected("is neither standard nor high");
}

constexpr Setting kProfile = {"limits", "NAME",
                              "Set of limits: standard, or high, which no bench ever meets. The settings below change single limits of it.",
                              [](Config& config, std::string_view value) -> std::expected<void, std::string> {
                                  auto parsed = profile(value);
                                  if (!parsed) return std::unexpected(std::move(parsed.error()));
                                  config.limits_profile = *std::move(parsed);
                                  config.limits = config.limits_profile == "high" ? Limits::high() : Limits::standard();
                                  return {};
                              },
                              [](const Config& config) { return config.limits_profile; }};

/// Sizes are shown with their unit.
constexpr Setting size_row(Setting setting, std::string (*show)(const Config&)) {
    setting.show = show;
    return setting;
}

constexpr Setting kLimits[] = {
    kProfile,
    row<kLimit<&Limits::events>, text::rate>("limit_events", "RATE", "All events of a socket."),
    row<kLimit<&Limits::typing>, text::rate>("limit_typing", "RATE", "Typing events of a socket; those above are dropped silently."),
    row<kLimit<&Limits::typing_repeat>, between<0, kMinute>>("limit_typing_repeat", "TIME",
                                                             "How often a lasting typing is told again; 0s: each time it comes."),
    row<kLimit<&Limits::chat_messages>, text::rate>("limit_chat_messages", "RATE", "chat:message of a user."),
    row<kLimit<&Limits::subscriptions>, text::rate>("limit_subscriptions", "RATE", "ticket:subscribe and chat:join of a socket."),
    row<kLimit<&Limits::presence_status>, text::rate>("limit_presence_status", "RATE", "presence:status of a user."),
    row<kLimit<&Limits::reads>, text::rate>("limit_reads", "RATE", "chat:read and notification:markRead of a socket."),
    row<kLimit<&Limits::token_updates>, text::rate>("limit_token_updates", "RATE", "token:update of a connection."),
    row<kLimit<&Limits::pings>, text::rate>("limit_pings", "RATE", "ping of a socket."),
    row<kLimit<&Limits::connects>, text::rate>("limit_connects", "RATE", "Namespace connects of an address."),
    row<kLimit<&Limits::rest_user>, text::rate>("limit_rest_user", "RATE", "REST requests of a user."),
    row<kLimit<&Limits::rest_key>, text::rate>("limit_rest_key", "RATE", "REST requests of an API key."),
    row<kLimit<&Limits::failed_auth>, text::rate>("limit_failed_auth", "RATE",
                                                  "Refused tokens of an address; well signed but expired ones do not count."),
    row<kLimit<&Limits::failed_auth_block>, between<0, kDay>>("limit_failed_auth_block", "TIME",
                                                              "How long an address above limit_failed_auth stays out."),
    row<kLimit<&Limits::max_connections>, whole<1, kMany>>("limit_connections", "N", "Connections of the server."),
    row<kLimit<&Limits::connections_per_address>, whole<1, kMany>>("limit_connections_per_address", "N",
                                                                   "Connections of an address; one office is one address."),
    row<kLimit<&Limits::connections_per_user>, whole<1, kMany>>("limit_connections_per_user", "N",
                                                                "Connections of a user, over all servers of a cluster."),
    row<kLimit<&Limits::ticket_subscriptions>, whole<1, 100'000>>("limit_ticket_subscriptions", "N", "Tickets a socket may watch."),
    row<kLimit<&Limits::chat_subscriptions>, whole<1, 100'000>>("limit_chat_subscriptions", "N", "Conversations a socket may join."),
    row<kLimit<&Limits::watched_users>, whole<1, 100'000>>("limit_watched_users", "N", "People whose presence a socket may watch."),
    size_row(row<kLimit<&Limits::payload_bytes>, text::bytes>("limit_payload", "SIZE", "Payload of an event; above it PAYLOAD_TOO_LARGE."),
             [](const Config& config) { return text::show_bytes(config.limits.payload_bytes); }),
    row<kMessage<&MessageLimits::characters>, whole<1, 1'000'000>>("limit_message_characters", "N", "Characters of a message."),
    row<kMessage<&MessageLimits::attachments>, whole<0, 1000>>("limit_attachments", "N", "Attachments of a message."),
    size_row(row<kLimit<&Limits::queue_bytes>, text::bytes>("limit_queue", "SIZE",
                                                            "Output that may wait for a slow socket before it is cut off."),
             [](const Config& config) { return text::show_bytes(config.limits.queue_bytes); }),
    row<kLimit<&Limits::replay_events>, whole<0, 10'000>>("limit_replay_events", "N",
                                                          "Missed events that are replayed; with more the client is told to reload."),
    row<kLimit<&Limits::waiting_polls>, whole<1, kMany>>("limit_waiting_polls", "N",
                                                         "Requests for ticket updates that wait for news, in all."),
    row<kLimit<&Limits::waiting_polls_per_user>, whole<1, kMany>>("limit_waiting_polls_per_user", "N", "The same of a user."),
};

constexpr Setting kOperation[] = {
    row<kField<&Config::log_level>, word<kLevels>>("log_level", "LEVEL", "The least level that is logged: debug, info, warn or error."),
    row<kField<&Config::log_format>, word<kFormats>>("log_format", "FORMAT", "json, human, or auto: human on a terminal, else JSON lines."),
    row<kField<&Config::metrics_token>, any_text>(
        "metrics_token", "TEXT", "What /metrics asks for as a bearer token; empty: it answers this machine only, and no proxy.", true),
    row<kField<&Config::admin_ui>, word<kAdminUis>>(
        "admin_ui", "MODE",
        "Lets the Socket.IO Admin UI look at this server: off, production (numbers only) or development (every connection and event "
        "of every org too). It can change nothing."),
    row<kField<&Config::admin_ui_user>, any_text>("admin_ui_user", "NAME", "Who may use the admin UI."),
    row<kField<&Config::admin_ui_password_hash>, password_hash>("admin_ui_password_hash", "TEXT", "Their password, as a bcrypt hash.",
                                                                true),
    row<kField<&Config::dev>, text::boolean>("dev", "", "Development: hands out tokens to anyone who asks. Loopback only."),
    row<kField<&Config::demo>, text::boolean>("demo", "", "Fills an empty store with a demo org and prints tokens for its people."),
    row<kField<&Config::test_clock>, any_text>(
        "test_clock", "FILE", "For tests: holds milliseconds to add to the clock of all that is stored; asks for allow_test_clock."),
    row<kField<&Config::allow_test_clock>, text::boolean>("allow_test_clock", "",
                                                          "Takes test_clock; nothing for a server with real users."),
};

constexpr SettingGroup kGroups[] = {
    {"Listening", kListening}, {"Store", kStore},   {"Several servers", kCluster}, {"Tokens", kTokens},
    {"Times", kTimes},         {"Agents", kAgents}, {"Limits", kLimits},           {"Operation", kOperation},
};

}  // namespace

std::span<const SettingGroup> setting_groups() { return kGroups; }

}  // namespace desk::app
