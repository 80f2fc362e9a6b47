#include "desk/app/parts.hpp"

#include <utility>

#include "desk/app/admin_ui.hpp"
#include "desk/app/engine_options.hpp"
#include "desk/rest/documents.hpp"
#include "desk/rest/maintenance_routes.hpp"
#include "desk/session/main_sockets.hpp"
#include "desk/store/migrations.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::app {

namespace {

constexpr std::int64_t kLogPage = 1000;

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

}  // namespace

Parts::Parts(const Config& config, const TokenKeys& keys, sio::Log& log)
    : limits(config.limits),
      bare_rooms(config.has_adapter() ? std::optional<BareRooms>(std::in_place, config.bare_rooms, log) : std::nullopt),
      cluster(config, log),
      verifier(keys.verifying, token_rules(config)),
      io(cluster.loops(), engine_of(config, cluster, bare_rooms ? &*bare_rooms : nullptr, log,
                                    [this](auto tag) { return peers ? peers->name_of(tag) : std::nullopt; })),
      addresses(limits),
      admission(verifier, limits, addresses, identities, config.token_grace),
      door(limits),
      typing(io, limits, config.typing_expiry, cluster.bus()),
      delivery(io, typing, log_source(), log),
      api(io.http(), verifier, directory, limits, addresses, cors_of(config), address_of(config)),
      online(
          io, {.grace = config.chat_grace}, [this](const Actor& actor) { return status_of(actor); },
          [this](const auto& org, const auto& id, bool here, auto done) { note_customer(org, id, here, std::move(done)); }, cluster.roll()),
      admins_reach(config.dev ? maintenance::Reach::AllOrgs : maintenance::Reach::OwnOrg) {
    admission.log_to(log);
    peers.emplace(cluster.bus(), sio::engineio::to_string(io.engine().server_tag()), name_of(config));
    if (keys.signing) signer.emplace(*keys.signing, token_rules(config));
    token_doors = {.hand_out = config.dev, .renew = config.dev || config.demo || keys.made_at.has_value()};
    delivery.before("chat:ended", [this](const EventRow& row) { online.ended(row.org, row.subject); });
}

LogSource Parts::log_source() {
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

void Parts::note_customer(const std::string& org, std::string conversation, bool here, std::move_only_function<void(bool)> done) {
    store->write(
        org,
        [conversation = std::move(conversation), here](store::Transaction& tx) -> Result<bool> {
            chat::note_customer(tx, conversation, here);
            return here;
        },
        [done = std::move(done)](const Result<bool>& noted) mutable { done(noted.has_value()); });
}

void Parts::join_others(sio::Log& log) {
    if (!cluster.shares_store()) return;
    auto& loop = io.loops().at(0);
    announcements.emplace(io, cluster.bus(), delivery, [this](const EventRow& row) { directory.follow(row); });
    directory_refresh.emplace(directory, *store, stored_now_us, loop, log);
    if (bare_rooms) {
        directory_refresh->on_orgs([this] { return bare_rooms->asks_for_orgs(); },
                                   [this](const auto& orgs) {
                                       for (const std::string& org : orgs) saw(org);
                                   });
    }
    directory_refresh->start();
    notice_refresh.emplace(*maintenance, *store, cluster.bus(), loop, log);
}

void Parts::wire(const Config& config, sio::Log& log) {
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
    admission.on_first_seen([this](const IdentityRef& who) {
        saw(who->actor.org);
        newcomers->seen(who);
    });
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
    admin_ui = add_admin_ui(io, config, log);
}

void Parts::add_presence(const Config& config, sio::Log& log) {
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

void Parts::add_dashboard(const Config& config, sio::Log& log) {
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
    presence->on_change([this](std::string_view org, std::string_view user, PresenceStatus) { dashboard->presence_changed(org, user); });
    newcomers->on_noted([this](const std::string& org) { dashboard->touch(org, {dashboard::Metric::Agents}); });
    rest::add_metrics_routes(api, *dashboard);
}

std::string_view Parts::status_of(const Actor& actor) {
    return to_string(has_presence(actor.role) ? presence->status(actor.org, actor.user) : PresenceStatus::Online);
}

void Parts::hand_over() {
    presence->hand_over();
    admission.hand_over();
    if (cluster.roll() != nullptr) cluster.roll()->hand_over();
}

void Parts::add_operations(const std::string& metrics_token) {
    readiness.emplace(
        *store, [this] { return verifier.has_keys(); }, [this] { return cluster.valkey() != nullptr && !cluster.valkey()->connected(); });
    rest::add_document_routes(api);
    api.add_open("/healthz", [](const sio::http::Request&) { return sio::http::Response::json(200, R"({"status":"ok"})"); });
    api.add_open("/readyz", [this](const sio::http::Request& request, rest::Reply reply) { readiness->answer(request, std::move(reply)); });
    metrics.emplace(Metrics::Sources{io, admission, door, delivery, recoveries, api, *store, cluster, announcements}, metrics_token);
    api.add_open("/metrics", [this](const sio::http::Request& request, rest::Reply reply) { metrics->answer(request, std::move(reply)); });
    api.add_open("/version", [](const sio::http::Request&) { return sio::http::Response::json(200, version_json()); });
    for (const auto* path : {"/healthz", "/readyz", "/metrics", "/version", "/openapi.json", "/asyncapi.json", "/insightdesk.d.ts"})
        io.router().add(path, api);
}

}  // namespace desk::app
