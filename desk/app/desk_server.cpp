#include "desk/app/desk_server.hpp"

#include <unistd.h>

#include <array>
#include <utility>

#include "desk/app/cluster.hpp"
#include "desk/app/demo.hpp"
#include "desk/app/foreign_sessions.hpp"
#include "desk/app/metrics.hpp"
#include "desk/app/readiness.hpp"
#include "desk/app/test_clock.hpp"
#include "desk/app/trusted_proxies.hpp"
#include "desk/auth/http_download.hpp"
#include "desk/auth/key_fetcher.hpp"
#include "desk/auth/self_check.hpp"
#include "desk/auth/token_verifier.hpp"
#include "desk/chat/online.hpp"
#include "desk/chat/sockets.hpp"
#include "desk/chat/timeouts.hpp"
#include "desk/cluster/peers.hpp"
#include "desk/dashboard/counters.hpp"
#include "desk/dashboard/dashboard.hpp"
#include "desk/delivery/announcements.hpp"
#include "desk/delivery/arrival.hpp"
#include "desk/delivery/delivery.hpp"
#include "desk/delivery/mirror.hpp"
#include "desk/delivery/recheck.hpp"
#include "desk/delivery/socket_commands.hpp"
#include "desk/delivery/typing.hpp"
#include "desk/maintenance/board.hpp"
#include "desk/maintenance/refresh.hpp"
#include "desk/notifications/reactions.hpp"
#include "desk/notifications/sockets.hpp"
#include "desk/people/live.hpp"
#include "desk/people/newcomers.hpp"
#include "desk/presence/presence.hpp"
#include "desk/presence/sockets.hpp"
#include "desk/rest/api.hpp"
#include "desk/rest/documents.hpp"
#include "desk/rest/key_refresh.hpp"
#include "desk/rest/maintenance_routes.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/update_polls.hpp"
#include "desk/session/admission.hpp"
#include "desk/session/directory_refresh.hpp"
#include "desk/session/door.hpp"
#include "desk/session/identities.hpp"
#include "desk/session/main_sockets.hpp"
#include "desk/session/token_updates.hpp"
#include "desk/sla/rule.hpp"
#include "desk/sla/timers.hpp"
#include "desk/store/housekeeper.hpp"
#include "desk/store/migrations.hpp"
#include "desk/store/store.hpp"
#include "desk/store/store_lock.hpp"
#include "desk/tickets/sockets.hpp"
#include "sio/base/clock.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk::app {

namespace {

constexpr std::int64_t kLogPage = 1000;
/// What a write may take that began just before its connection was to go.
constexpr std::chrono::seconds kLastAnswers{3};

sio::http::CorsOptions cors_of(const Config& config) {
    sio::http::CorsOptions cors;
    cors.origins = config.cors_origins;
    cors.credentials = true;
    cors.allowed_headers = {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-InsightDesk-Org"};
    cors.exposed_headers = {"ETag", "Idempotent-Replayed", "Retry-After"};
    return cors;
}

TrustedProxies proxies_of(const Config& config) {
    std::vector<AddressRange> ranges;
    for (const auto& text : config.trusted_proxies) {
        if (const auto range = AddressRange::parse(text)) ranges.push_back(*range);
    }
    return TrustedProxies(std::move(ranges));
}

/// Who asks: the peer, or whom our own proxies forward for.
std::function<std::string(const sio::http::Request&)> address_of(const Config& config) {
    return [proxies = proxies_of(config)](const sio::http::Request& request) {
        if (proxies.empty()) return std::string(request.peer_address);
        const auto peer = sio::runtime::Address::parse(request.peer_address);
        if (!peer) return std::string(request.peer_address);
        return proxies.client(*peer, request.header("x-forwarded-for").value_or("")).to_string();
    };
}

std::string name_of(const Config& config) {
    if (!config.server_name.empty()) return config.server_name;
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) return "port " + std::to_string(config.port);
    return std::string(host.data()) + ':' + std::to_string(config.port);
}

sio::Options engine_of(const Config& config, Cluster& cluster, sio::Log& log, ForeignSessions::NameOf other_name) {
    sio::Options options;
    options.adapter = cluster.adapter(config);
    options.engine.cors = cors_of(config);
    options.engine.retain_headers = false;
    options.engine.client_address = address_of(config);
    options.engine.max_queue_bytes = config.limits.queue_bytes;
    options.engine.server_tag = sio::engineio::parse_server_tag(config.server_tag);
    options.engine.on_foreign_session =
        [foreign = std::make_shared<ForeignSessions>(log, name_of(config), std::move(other_name))](auto owner) { foreign->met(owner); };
    options.connect_timeout = config.connect_timeout;
    options.on_error = [&log](const sio::HandlerError& error) {
        log.error("handler failed", {{"nsp", error.nsp}, {"event", error.event}, {"what", error.what}});
    };
    return options;
}

bool has_writes_under_way(sio::Connection& connection) {
    bool any = false;
    connection.for_each_socket([&](sio::Socket& socket) {
        const auto* seat = socket.data<Seat>();
        any = any || (seat != nullptr && seat->writes > 0);
    });
    return any;
}

std::expected<void, std::string> load_notices(store::Store& store, maintenance::Board& board) {
    auto notices = store.read_and_wait(std::string(), [](const store::Snapshot& snapshot) -> Result<std::vector<maintenance::Notice>> {
        return maintenance::Notices(snapshot.session()).current(snapshot.now_us());
    });
    if (!notices) return std::unexpected("maintenance notices: " + notices.error().detail);
    board.load(std::move(*notices));
    return {};
}

std::string version_json() {
    std::string json;
    sio::json::Writer w(json);
    w.begin_object()
        .field("name", "insightdesk")
        .field("version", INSIGHTDESK_VERSION)
        .field("schema", store::schema_version())
        .end_object();
    return json;
}

std::string url_of(const Config& config, const std::string& host, std::uint16_t port) {
    const std::string name = host.contains(':') ? '[' + host + ']' : host;
    return (config.tls_cert.empty() ? "http://" : "https://") + name + ':' + std::to_string(port);
}

}  // namespace

/// In the order of construction; each uses only those before it, but for the store and delivery, which know each other through callbacks.
struct DeskServer::Parts {
    Parts(const Config& config, const TokenKeys& keys, sio::Log& log)
        : limits(config.limits),
          cluster(config, log),
          verifier(keys.verifying, token_rules(config)),
          io(cluster.loops(), engine_of(config, cluster, log, [this](auto tag) { return peers ? peers->name_of(tag) : std::nullopt; })),
          addresses(limits),
          admission(verifier, limits, addresses, identities, config.token_grace),
          door(limits),
          typing(io, limits, config.typing_expiry, cluster.bus()),
          delivery(io, typing, log_source(), log),
          api(io.http(), verifier, directory, limits, addresses, cors_of(config), address_of(config)),
          online(
              io, {.grace = config.chat_grace}, [this](const Actor& actor) { return status_of(actor); },
              [this](const auto& org, const auto& id, bool here, auto done) { note_customer(org, id, here, std::move(done)); },
              cluster.roll()),
          admins_reach(config.dev ? maintenance::Reach::AllOrgs : maintenance::Reach::OwnOrg) {
        admission.log_to(log);
        peers.emplace(cluster.bus(), sio::engineio::to_string(io.engine().server_tag()), name_of(config));
        if (keys.signing) signer.emplace(*keys.signing, token_rules(config));
        token_doors = {.hand_out = config.dev, .renew = config.dev || config.demo || keys.made_at.has_value()};
        delivery.before("chat:ended", [this](const EventRow& row) { online.ended(row.org, row.subject); });
    }

    LogSource log_source() {
        LogSource source;
        source.rows = [this](std::string org, std::int64_t after, LogSource::Rows done) {
            const auto rows_after = [after](const store::Snapshot& snapshot) -> Result<std::vector<EventRow>> {
                return snapshot.log().rows(after, snapshot.log().position().seq, kLogPage);
            };
            store->read(std::move(org), rows_after, [done = std::move(done)](Result<std::vector<EventRow>>&& rows) {
                if (!rows) return done(std::nullopt);
                done(std::move(*rows));
            });
        };
        source.tops = [this](const std::vector<std::string>& orgs, LogSource::Tops done) {
            const auto tops_of = [orgs](const store::Snapshot& snapshot) -> Result<std::vector<Cursor>> {
                std::vector<Cursor> tops;
                tops.reserve(orgs.size());
                for (const auto& org : orgs) tops.push_back(store::LogReader(snapshot.session(), org).position());
                return tops;
            };
            store->read(orgs.front(), tops_of, [done = std::move(done)](Result<std::vector<Cursor>>&& tops) {
                if (!tops) return done(std::nullopt);
                done(std::move(*tops));
            });
        };
        return source;
    }

    /// Writes down for the time-outs that a conversation's customer is there, or gone.
    void note_customer(const std::string& org, std::string conversation, bool here, std::move_only_function<void(bool)> done) {
        store->write(
            org,
            [conversation = std::move(conversation), here](store::Transaction& tx) -> Result<bool> {
                chat::note_customer(tx, conversation, here);
                return here;
            },
            [done = std::move(done)](const Result<bool>& noted) mutable { done(noted.has_value()); });
    }

    /// Hears of what other servers write, from before anything is read.
    void join_others(sio::Log& log) {
        if (!cluster.shares_store()) return;
        auto& loop = io.loops().at(0);
        announcements.emplace(io, cluster.bus(), delivery, [this](const EventRow& row) { directory.follow(row); });
        directory_refresh.emplace(directory, *store, stored_now_us, loop, log);
        directory_refresh->start();
        notice_refresh.emplace(*maintenance, *store, cluster.bus(), loop, log);
    }

    /// Everything that needs the store.
    void wire(const Config& config, sio::Log& log) {
        for (const auto name : kNamespaces) {
            const bool admins_only = name == to_string(Namespace::Dashboard);
            admission.guard(io.of(name), admins_only ? Admission::Who::Admins : Admission::Who::Everybody);
            token_updates.add_to(io.of(name));
            door.refuse_unknown(io.of(name));
        }
        commands.emplace(io, *store, door.refused(), recoveries);
        arrivals.emplace(io, *store, delivery, limits, door.refused(), recoveries);
        rechecks.emplace(io, *store, typing);
        rechecks->on_conversation_lost([this](sio::Socket& socket, const std::string& conversation) {
            online.left(visitor_of(socket).actor().org, conversation, socket.handle());
        });
        identities.on_change([this](const auto& sockets) { rechecks->begin(sockets); });
        people.emplace(io, directory, identities, *rechecks, cluster.bus());
        newcomers.emplace(*store, directory, io.loops().at(0));
        admission.on_first_seen([this](const IdentityRef& who) { newcomers->seen(who); });
        delivery.on_emitted([this](const EventRow& row) { people->follow(row); });
        add_main_events(io, door);
        io.on_connection([this](sio::Socket& socket) { delivery.follow(visitor_of(socket).actor().org); });
        tickets.emplace(io, door, *commands, *arrivals, typing);
        chat.emplace(io, door, *commands, *arrivals, typing, online, cluster.chat_messages());
        notifications.emplace(io, door, *commands, *arrivals);
        add_presence(config, log);
        add_dashboard(config, log);
        update_polls.emplace(io, *store, delivery, limits);
        rest::add_update_routes(api, *update_polls);
        rest::add_ticket_routes(api, *store);
        rest::add_conversation_routes(api, *store);
        rest::add_notification_routes(api, *store);
        rest::add_key_routes(api, *store, api_keys);
        api.take_keys(api_keys);
        rest::add_list_routes(api, *store);
        rest::add_publish_route(api, io, *store, directory, limits.payload_bytes);
        rest::add_maintenance_routes(api, *store, *maintenance, admins_reach);
        rest::add_people_routes(api, *store, directory);
        rest::add_sla_routes(api, *store);
        rest::add_token_routes(api, signer, token_doors);
        rest::add_session_routes(api, *store, directory, *people);
        add_operations(config.metrics_token);
        io.router().add("/v1", api);
        io.router().add("/tickets/updates", api);
    }

    void add_presence(const Config& config, sio::Log& log) {
        presence.emplace(io, *store, identities, limits,
                         presence::PresenceOptions{.grace = config.presence_grace,
                                                   .manual_lapse = config.presence_lapse,
                                                   .lease = config.presence_lease,
                                                   .handover = config.presence_handover},
                         presence::Presence::Cluster{cluster.bus(), cluster.roll()}, log);
        presence_sockets.emplace(io, door, *commands, *store, *presence, identities);
        delivery.on_emitted([this](const EventRow& row) { presence_sockets->follow(row); });
        rest::add_presence_routes(api, *store, *presence);
    }

    void add_dashboard(const Config& config, sio::Log& log) {
        dashboard.emplace(
            io, *store, delivery,
            [this](std::string_view org, std::string_view user) {
                return dashboard::Attendance{presence->status(org, user), presence->last_seen_ms(org, user)};
            },
            dashboard::DashboardOptions{.workload = {config.agent_capacity, config.agent_chat_weight, config.agent_ticket_weight},
                                        .check_interval = config.metrics_check,
                                        .now_us = stored_now_us},
            log, dashboard::Dashboard::Others{&cluster.bus(), cluster.leases()});
        delivery.on_emitted([this](const EventRow& row) { dashboard->follow(row); });
        presence->on_change(
            [this](std::string_view org, std::string_view user, PresenceStatus) { dashboard->presence_changed(org, user); });
        newcomers->on_noted([this](const std::string& org) { dashboard->touch(org, {dashboard::Metric::Agents}); });
        rest::add_metrics_routes(api, *dashboard);
    }

    /// As chat:online shows somebody: customers have no presence, and are there while they are listed. Thread: the org's home loop.
    std::string_view status_of(const Actor& actor) {
        return to_string(has_presence(actor.role) ? presence->status(actor.org, actor.user) : PresenceStatus::Online);
    }

    /// The people who are here are left to the servers where they come back.
    void hand_over() {
        presence->hand_over();
        if (cluster.roll() != nullptr) cluster.roll()->hand_over();
    }

    /// What whoever runs the server asks it.
    void add_operations(const std::string& metrics_token) {
        readiness.emplace(
            *store, [this] { return verifier.has_keys(); },
            [this] { return cluster.valkey() != nullptr && !cluster.valkey()->connected(); });
        rest::add_document_routes(api);
        api.add_open("/healthz", [](const sio::http::Request&) { return sio::http::Response::json(200, R"({"status":"ok"})"); });
        api.add_open("/readyz",
                     [this](const sio::http::Request& request, rest::Reply reply) { readiness->answer(request, std::move(reply)); });
        metrics.emplace(Metrics::Sources{io, admission, door, delivery, recoveries, api, *store, cluster, announcements}, metrics_token);
        api.add_open("/metrics",
                     [this](const sio::http::Request& request, rest::Reply reply) { metrics->answer(request, std::move(reply)); });
        api.add_open("/version", [](const sio::http::Request&) { return sio::http::Response::json(200, version_json()); });
        for (const auto* path : {"/healthz", "/readyz", "/metrics", "/version", "/openapi.json", "/asyncapi.json", "/insightdesk.d.ts"})
            io.router().add(path, api);
    }

    const Limits limits;
    Cluster cluster;
    std::optional<cluster::Peers> peers;
    auth::TokenVerifier verifier;
    sio::Server io;
    AddressGuard addresses;
    std::optional<auth::TokenSigner> signer;
    rest::TokenDoors token_doors;
    Directory directory;
    Identities identities{directory};
    Admission admission;
    Door door;
    TokenUpdates token_updates{door, verifier, identities};
    Typing typing;
    Delivery delivery;
    std::optional<Announcements> announcements;  ///< where other servers stand on the same store
    std::optional<Mirror> mirror;
    rest::KeyRing api_keys;
    rest::Api api;
    chat::OnlineLists online;
    std::optional<TestClock> test_clock;
    store::NowUs stored_now_us = sio::unix_us;  ///< of all that is stored
    std::optional<store::StoreLock> store_lock;
    std::unique_ptr<store::Store> store;
    std::optional<rest::KeyRefresh> key_refresh;
    std::optional<DirectoryRefresh> directory_refresh;
    RecoveryCounts recoveries;
    std::optional<SocketCommands> commands;
    std::optional<Arrivals> arrivals;
    std::optional<rest::UpdatePolls> update_polls;
    std::optional<Rechecks> rechecks;
    std::optional<people::LivePeople> people;
    std::optional<people::Newcomers> newcomers;
    std::optional<tickets::TicketSockets> tickets;
    std::optional<chat::ChatSockets> chat;
    std::optional<chat::ChatTimeouts> chat_timeouts;
    std::optional<sla::SlaTimers> sla_timers;
    std::optional<notifications::NotificationSockets> notifications;
    std::optional<presence::Presence> presence;
    std::optional<presence::PresenceSockets> presence_sockets;
    std::optional<dashboard::Dashboard> dashboard;
    std::shared_ptr<sio::runtime::TlsContext> tls;
    std::optional<auth::KeyFetcher> key_fetcher;
    const maintenance::Reach admins_reach;
    std::optional<maintenance::Board> maintenance;
    std::optional<maintenance::NoticeRefresh> notice_refresh;
    std::optional<Readiness> readiness;
    std::optional<Metrics> metrics;
    std::optional<store::Housekeeper> housekeeper;
};

DeskServer::DeskServer(const Config& config, const TokenKeys& keys, sio::Log& log)
    : config_(config), log_(log), parts_(std::make_unique<Parts>(config, keys, log)) {}

std::expected<std::unique_ptr<DeskServer>, std::string> DeskServer::start(const Config& config, const TokenKeys& keys, sio::Log& log) {
    std::unique_ptr<DeskServer> server(new DeskServer(config, keys, log));
    if (auto opened = server->open(); !opened) return std::unexpected(std::move(opened.error()));
    if (auto listening = server->listen(); !listening) return std::unexpected(std::move(listening.error()));
    return server;
}

DeskServer::~DeskServer() { stop(); }

std::expected<void, std::string> DeskServer::open() {
    if (parts_->signer) {
        const auto checked = auth::check_own_tokens(*parts_->signer, parts_->verifier, sio::unix_us() / 1000);
        if (!checked) return std::unexpected("the token secret cannot be used: " + checked.error().detail);
    }
    auto options = store::store_at(config_.store);
    if (store::is_postgres_url(config_.store)) options.writers = options.readers = config_.store_connections;
    if (config_.store_file()) {
        auto lock = store::StoreLock::take(*config_.store_file());
        if (!lock) return std::unexpected(std::move(lock.error()));
        parts_->store_lock.emplace(std::move(*lock));
    }
    if (!config_.test_clock.empty()) {
        log_.warn("the clock is a test's", {{"file", config_.test_clock}});
        parts_->test_clock.emplace(config_.test_clock);
        parts_->stored_now_us = [clock = &*parts_->test_clock] { return clock->now_us(); };
    }
    options.executor.message = config_.limits.message;
    options.now_us = parts_->stored_now_us;
    parts_->maintenance.emplace(parts_->io, parts_->stored_now_us);
    options.reactions = {notifications::react, dashboard::count};
    options.ticket_rules = {sla::keep_promises};
    options.committed = [this](const std::string&, std::vector<EventRow> rows) {
        // From here on whoever connects meets what was written about them.
        for (const EventRow& row : rows) parts_->directory.follow(row);
        if (parts_->announcements) parts_->announcements->tell(rows);
        if (parts_->mirror) parts_->mirror->publish(rows);
        parts_->delivery.committed(std::move(rows));
    };
    auto store = store::Store::open(std::move(options), log_);
    if (!store) return std::unexpected(std::move(store.error()));
    parts_->store = std::move(*store);
    if (config_.demo) {
        if (auto seeded = seed_demo_data(*parts_->store); !seeded) return std::unexpected(std::move(seeded.error()));
    }
    parts_->join_others(log_);
    if (config_.mirror) parts_->mirror.emplace(parts_->io);
    fetch_token_keys();
    parts_->key_refresh.emplace(parts_->api_keys, *parts_->store, parts_->io.loops().at(0), log_);
    if (auto loaded = parts_->key_refresh->load(); !loaded) return std::unexpected("cannot read the API keys: " + loaded.error().detail);
    if (!config_.trusted_proxies.empty()) parts_->admission.count_addresses();
    if (auto loaded = parts_->directory.load(*parts_->store); !loaded) {
        return std::unexpected("cannot read the users of the store: " + to_socket_error(loaded.error()));
    }
    parts_->wire(config_, log_);
    if (auto loaded = load_notices(*parts_->store, *parts_->maintenance); !loaded) return loaded;
    if (auto loaded = parts_->presence->load(); !loaded) return std::unexpected("presence: " + loaded.error().detail);
    parts_->chat_timeouts.emplace(parts_->io, *parts_->store, chat::ChatTimes{config_.chat_timeout, config_.chat_inactivity}, log_);
    if (parts_->cluster.roll() != nullptr) {
        parts_->chat_timeouts->begin(
            [online = &parts_->online](const auto& org, const auto& id, auto done) { online->look_for_customer(org, id, std::move(done)); },
            2 * config_.presence_lease);
    } else {
        parts_->chat_timeouts->begin();
    }
    parts_->sla_timers.emplace(parts_->io, *parts_->store, log_);
    parts_->sla_timers->on_recounted([this](const std::string& org) { parts_->dashboard->touch(org, {dashboard::Metric::Sla}); });
    parts_->sla_timers->begin();
    parts_->housekeeper.emplace(*parts_->store,
                                store::HousekeeperOptions{.log_retention = config_.log_retention, .every = config_.janitor_interval}, log_);
    return {};
}

void DeskServer::fetch_token_keys() {
    if (config_.jwks_url.empty()) return;
    parts_->key_fetcher.emplace(parts_->verifier, jwks_download(config_), config_.jwks_refresh, auth::loggable_url(config_.jwks_url), log_);
    parts_->verifier.set_source(*parts_->key_fetcher);
    parts_->key_fetcher->start();
}

std::expected<void, std::string> DeskServer::listen() {
    if (!config_.tls_cert.empty()) {
        auto tls = sio::runtime::TlsContext::load(config_.tls_cert, config_.tls_key);
        if (!tls) return std::unexpected(std::move(tls.error().detail));
        parts_->tls = std::move(*tls);
    }
    std::uint16_t port = config_.port;
    for (const std::string& host : config_.host) {
        const auto bound =
            parts_->io.listen({.host = host,
                               .port = port,
                               .max_connections = config_.limits.max_connections,
                               .max_connections_per_address = config_.limits.connections_per_address,
                               .unbounded = [proxies = proxies_of(config_)](const auto& peer) { return proxies.trusts(peer); },
                               .tls = parts_->tls});
        if (!bound) {
            // A machine without IPv6 is still served on 127.0.0.1.
            if (!urls_.empty() && host == "::1") continue;
            return std::unexpected("cannot listen on " + host + " port " + std::to_string(port) + ": " + bound.error().detail);
        }
        port = *bound;
        urls_.push_back(url_of(config_, host, port));
    }
    parts_->key_refresh->start();
    if (parts_->notice_refresh) parts_->notice_refresh->start();
    parts_->io.start();
    parts_->cluster.start();
    serving_ = true;
    parts_->readiness->listening();
    log_.info("listening", {{"version", INSIGHTDESK_VERSION}, {"url", urls_.front()}, {"loops", parts_->io.loops().size()}});
    return {};
}

std::vector<std::string> DeskServer::doors() const {
    auto doors = parts_->door.events();
    for (auto& route : parts_->api.routes()) doors.push_back(std::move(route));
    return doors;
}

void DeskServer::reload() {
    if (parts_->key_fetcher) parts_->key_fetcher->refresh();
    reload_certificate();
}

void DeskServer::reload_certificate() {
    if (!parts_->tls) return;
    if (const auto reloaded = parts_->tls->reload(); !reloaded)
        log_.error("certificate not reloaded, the old one stays", {{"why", reloaded.error().detail}});
    else
        log_.info("certificate reloaded");
}

void DeskServer::drain() {
    if (serving_) parts_->hand_over();
    parts_->readiness->draining();
    log_.info("draining", {{"connections", parts_->io.sessions()}, {"overMs", config_.drain_time.count()}});
    parts_->update_polls->stop();
    drain_end_ = std::chrono::steady_clock::now() + config_.drain_time + kLastAnswers;
    parts_->io.drain({.over = config_.drain_time, .busy = has_writes_under_way});
}

bool DeskServer::drained() const { return parts_->io.sessions() == 0 || std::chrono::steady_clock::now() >= drain_end_; }

void DeskServer::stop() {
    if (std::exchange(stopped_, true) || urls_.empty()) return;
    parts_->readiness->draining();
    log_.info("stopping", {{"connections", parts_->io.sessions()}});
    parts_->housekeeper->stop();
    if (parts_->key_fetcher) parts_->key_fetcher->stop();
    if (parts_->update_polls) parts_->update_polls->stop();
    if (serving_) parts_->hand_over();
    parts_->io.drain();
    if (parts_->store) parts_->store->stop();
    parts_->io.close();
    parts_->cluster.stop();
    log_.info("stopped");
}

}  // namespace desk::app
