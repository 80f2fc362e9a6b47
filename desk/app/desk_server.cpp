#include "desk/app/desk_server.hpp"

#include <utility>

#include "desk/app/demo.hpp"
#include "desk/app/engine_options.hpp"
#include "desk/app/parts.hpp"
#include "desk/auth/http_download.hpp"
#include "desk/auth/self_check.hpp"
#include "desk/dashboard/counters.hpp"
#include "desk/notifications/reactions.hpp"
#include "desk/sla/rule.hpp"

namespace desk::app {

namespace {

/// What a write may take that began just before its connection was to go.
constexpr std::chrono::seconds kLastAnswers{3};

bool has_writes_under_way(sio::Connection& connection) {
    bool any = false;
    connection.for_each_socket([&](sio::Socket& socket) {
        const auto* seat = socket.data<Seat>();
        any = any || (seat != nullptr && seat->writes > 0);
    });
    return any;
}

std::expected<std::vector<std::string>, std::string> first_orgs(store::Store& store) {
    auto orgs = store.read_and_wait(
        std::string(), [](const store::Snapshot& snapshot) -> Result<std::vector<std::string>> { return snapshot.orgs().first(2); });
    if (!orgs) return std::unexpected("orgs: " + orgs.error().detail);
    return std::move(*orgs);
}

std::expected<void, std::string> load_notices(store::Store& store, maintenance::Board& board) {
    auto notices = store.read_and_wait(std::string(), [](const store::Snapshot& snapshot) -> Result<std::vector<maintenance::Notice>> {
        return maintenance::Notices(snapshot.session()).current(snapshot.now_us());
    });
    if (!notices) return std::unexpected("maintenance notices: " + notices.error().detail);
    board.load(std::move(*notices));
    return {};
}

std::string url_of(const Config& config, const std::string& host, std::uint16_t port) {
    const std::string name = host.contains(':') ? '[' + host + ']' : host;
    return (config.tls_cert.empty() ? "http://" : "https://") + name + ':' + std::to_string(port);
}

}  // namespace

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
    options.committed = [this](const std::string& org, std::vector<EventRow> rows) {
        parts_->saw(org);
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
    if (parts_->cluster.roll() != nullptr) parts_->admission.count_users_over(*parts_->cluster.roll());
    if (auto loaded = parts_->directory.load(*parts_->store); !loaded) {
        return std::unexpected("cannot read the users of the store: " + to_socket_error(loaded.error()));
    }
    if (parts_->bare_rooms) {
        auto orgs = first_orgs(*parts_->store);
        if (!orgs) return std::unexpected(std::move(orgs.error()));
        for (const std::string& org : *orgs) parts_->saw(org);
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
    parts_->admin_ui.reset();
    if (parts_->store) parts_->store->stop();
    parts_->io.close();
    parts_->cluster.stop();
    log_.info("stopped");
}

}  // namespace desk::app
