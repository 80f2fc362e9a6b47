#include "desk/app/metrics.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "desk/app/metric_families.hpp"
#include "desk/schema/events.hpp"
#include "sio/runtime/address.hpp"
#include "sio/runtime/digest.hpp"

namespace desk::app {
namespace {

constexpr std::string_view kOther = "other";

void add_connections(MetricFamilies& out, const sio::Statistics& now) {
    out.gauge("insightdesk_connections", "Engine.IO sessions")
        .value(now.polling, {{"transport", "polling"}})
        .value(now.websocket, {{"transport", "websocket"}});
    out.counter("insightdesk_connections_opened_total", "Engine.IO sessions opened").value(now.opened);
    out.counter("insightdesk_connections_upgraded_total", "Sessions that went from polling to websocket").value(now.upgraded);
    out.counter("insightdesk_connections_closed_total", "Sessions ended, by reason");
    for (std::size_t i = 0; i < now.closed.size(); ++i)
        out.value(now.closed[i], {{"reason", sio::engineio::to_string(static_cast<sio::engineio::CloseReason>(i))}});
    out.counter("insightdesk_handshakes_refused_total", "Requests refused by the Engine.IO endpoint, by reason");
    for (std::size_t i = 0; i < now.refused.size(); ++i)
        out.value(now.refused[i], {{"reason", sio::engineio::message_of(static_cast<sio::engineio::HandshakeError>(i))}});
    out.value(now.refused_closing, {{"reason", "Server shutting down"}});
    out.counter("insightdesk_received_bytes_total", "Bytes read from connections").value(now.received_bytes);
    out.counter("insightdesk_sent_bytes_total", "Bytes written to connections").value(now.sent_bytes);
    out.gauge("insightdesk_sockets", "Sockets connected to a namespace");
    for (const auto& nsp : now.namespaces) {
        out.value(nsp.polling, {{"namespace", nsp.name}, {"transport", "polling"}});
        out.value(nsp.websocket, {{"namespace", nsp.name}, {"transport", "websocket"}});
    }
    const auto by_namespace = [&](std::string name, std::string help, std::uint64_t sio::NamespaceStatistics::* member) {
        out.counter(std::move(name), std::move(help));
        for (const auto& nsp : now.namespaces) out.value(nsp.*member, {{"namespace", nsp.name}});
    };
    by_namespace("insightdesk_sockets_connected_total", "CONNECTs let in", &sio::NamespaceStatistics::connected);
    by_namespace("insightdesk_sockets_refused_total", "CONNECTs refused", &sio::NamespaceStatistics::refused);
    by_namespace("insightdesk_sockets_recovered_total", "CONNECTs that took up their old session", &sio::NamespaceStatistics::recovered);
    by_namespace("insightdesk_events_volatile_dropped_total", "Volatile events dropped because the socket was not writable",
                 &sio::NamespaceStatistics::dropped);
    out.gauge("insightdesk_queue_bytes", "Output that no kernel has taken and no poll has fetched yet").value(now.queued_bytes);
    out.counter("insightdesk_queue_overflows_total", "Connections cut off because too much output waited").value(now.overflows);
}

void add_errors(MetricFamilies& out, const ErrorCounts& counts) {
    for (std::size_t i = 0; i < kErrorCodes; ++i) {
        const auto code = static_cast<ErrorCode>(i);
        out.value(counts.of(code), {{"code", to_string(code)}});
    }
}

void add_recoveries(MetricFamilies& out, const RecoveryCounts& counts) {
    out.counter("insightdesk_recoveries_total", "Clients that asked for what they had missed, by what became of it");
    for (std::size_t i = 0; i < kRecoveries; ++i)
        out.value(counts.of(static_cast<Recovery>(i)), {{"outcome", to_string(static_cast<Recovery>(i))}});
    out.counter("insightdesk_recovered_events_total", "Missed events sent again").value(counts.events());
}

void add_store(MetricFamilies& out, const store::Store& store) {
    const auto& stats = store.stats();
    out.histogram("insightdesk_store_commit_seconds", "From the begin of a transaction to the end of its commit", stats.commit_seconds);
    out.histogram("insightdesk_store_batch_commands", "Commands in one commit", stats.batch);
    out.counter("insightdesk_store_commands_total", "Writing commands that a transaction ran").value(stats.commands.load());
    out.counter("insightdesk_store_failed_commits_total", "Transactions that failed as a whole").value(stats.failed_commits.load());
    out.counter("insightdesk_store_refused_total", "Commands that the store took no more, or too late")
        .value(stats.refused_full.load(), {{"reason", "full"}})
        .value(stats.expired.load(), {{"reason", "expired"}});
    out.gauge("insightdesk_store_waiting", "Writing commands that wait").value(store.waiting());
}

void add_valkey(MetricFamilies& out, const sio::cluster::Valkey& valkey) {
    const auto stats = valkey.stats();
    out.gauge("insightdesk_valkey_connected", "Whether Valkey answers commands: 1 or 0").value(valkey.connected() ? 1 : 0);
    out.counter("insightdesk_valkey_reconnects_total", "Connections to Valkey made again").value(stats.reconnects);
    out.counter("insightdesk_valkey_commands_total", "Commands of Valkey, by whether they were answered or failed")
        .value(stats.commands, {{"outcome", "answered"}})
        .value(stats.failures, {{"outcome", "failed"}});
    out.gauge("insightdesk_valkey_waiting_bytes", "Commands that wait for Valkey").value(stats.waiting_bytes);
}

void add_adapter(MetricFamilies& out, const sio::cluster::ClusterCounts& counts) {
    out.counter("insightdesk_adapter_messages_total", "Raw events and requests of the adapter, by what became of them here")
        .value(counts.published.load(), {{"outcome", "published"}})
        .value(counts.received.load(), {{"outcome", "received"}})
        .value(counts.undecodable.load(), {{"outcome", "undecodable"}});
    out.counter("insightdesk_adapter_gaps_total", "Times that messages of the adapter may have been lost").value(counts.gaps.load());
}

void add_bus(MetricFamilies& out, const cluster::ValkeyBus::Stats& bus, const Announcements::Stats& log, const Delivery::Stats& delivery) {
    out.counter("insightdesk_bus_messages_total", "What servers tell each other, by what became of it here")
        .value(bus.told.load(), {{"outcome", "told"}})
        .value(bus.untold.load(), {{"outcome", "untold"}})
        .value(bus.heard.load(), {{"outcome", "heard"}})
        .value(bus.malformed.load() + log.malformed.load(), {{"outcome", "malformed"}});
    out.counter("insightdesk_bus_gaps_total", "Times that messages of other servers were lost, or may have been").value(bus.gaps.load());
    out.counter("insightdesk_log_rows_announced_total", "Events told to the other servers").value(log.announced_rows.load());
    out.counter("insightdesk_log_rows_heard_total", "Events of other servers that orgs with sockets here were told of by them")
        .value(delivery.heard_rows.load());
    out.histogram("insightdesk_bus_lag_seconds", "From a commit on another server, by its clock, to its being heard here",
                  log.heard_seconds);
}

void add_roll(MetricFamilies& out, const cluster::Roll::Stats& roll) {
    out.gauge("insightdesk_presence_in_touch", "Whether all changes of who is on which server are heard: 1 or 0")
        .value(roll.in_touch ? 1 : 0);
    out.gauge("insightdesk_presence_leases", "Servers that hold a lease").value(roll.leases);
    out.gauge("insightdesk_presence_keys", "People, and places in chats, that any server has connections for").value(roll.keys);
    out.counter("insightdesk_presence_leases_lost_total", "Times that this server's lease was lost, and all it has was reported anew")
        .value(roll.lapses);
    out.counter("insightdesk_presence_claims_total", "Leases of dead servers that this one claimed").value(roll.claimed);
    out.counter("insightdesk_presence_claimed_keys_total", "What dead servers had, removed by this one").value(roll.removed);
    out.counter("insightdesk_presence_loads_total", "Times that all was read anew, at the start and after gaps").value(roll.loads);
}

double seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

std::size_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void add_process(MetricFamilies& out) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    out.counter("process_cpu_seconds_total", "User and system time").value(seconds(usage.ru_utime) + seconds(usage.ru_stime));
    out.gauge("process_resident_memory_bytes", "Resident memory").value(resident_bytes());
    // Linux 6.2 and newer say how many there are. Before, they would have to be listed, for which the loop has no time: 20 ms for 10,000.
    struct stat descriptors{};
    if (::stat("/proc/self/fd", &descriptors) == 0 && descriptors.st_size > 0)
        out.gauge("process_open_fds", "Open file descriptors").value(descriptors.st_size);
}

}  // namespace

Metrics::Metrics(const Sources& sources, std::string token) : sources_(sources), token_(std::move(token)) {
    for (const auto& nsp : schema::namespaces()) {
        const auto add = [&](Events& to, const auto& events) {
            for (const auto& event : events) to[{std::string(nsp.path), std::string(event.name)}] = 0;
        };
        add(received_, schema::common_client_events());
        add(received_, nsp.from_client);
        add(sent_, schema::common_server_events());
        if (schema::replays(nsp)) add(sent_, schema::sync_events());
        add(sent_, nsp.from_server);
        for (auto* const events : {&received_, &sent_}) (*events)[{std::string(nsp.path), std::string(kOther)}] = 0;
    }
}

bool Metrics::may_see(const sio::http::Request& request) const {
    constexpr std::string_view kBearer = "Bearer ";
    if (!token_.empty()) {
        const std::string_view given = request.header("authorization").value_or("");
        return given.starts_with(kBearer) && sio::runtime::equal_in_constant_time(given.substr(kBearer.size()), token_);
    }
    if (request.header("x-forwarded-for") || request.header("forwarded")) return false;
    const auto peer = sio::runtime::Address::parse(request.peer_address);
    return peer && peer->is_loopback();
}

void Metrics::answer(const sio::http::Request& request, rest::Reply reply) const {
    if (!may_see(request)) return reply.refuse(Error{ErrorCode::Forbidden});
    sources_.io.statistics([this, reply = std::move(reply)](const sio::Statistics& statistics) mutable {
        sio::http::Response response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        response.body = text(statistics);
        response.compressible = true;
        reply.respond(std::move(response));
    });
}

void Metrics::add_events(Events& events, const sio::NamespaceStatistics& nsp, std::uint64_t sio::EventTotals::* direction) {
    for (const auto& [name, totals] : nsp.events) {
        const auto known = events.find({nsp.name, name});
        (known != events.end() ? known->second : events[{nsp.name, std::string(kOther)}]) += totals.*direction;
    }
}

std::string Metrics::text(const sio::Statistics& statistics) const {
    MetricFamilies out;
    add_connections(out, statistics);
    out.counter("insightdesk_connects_refused_total", "CONNECTs refused, by error code");
    add_errors(out, sources_.admission.refused());
    out.value(statistics.invalid_namespaces, {{"code", "INVALID_NAMESPACE"}});

    Events received = received_;
    Events sent = sent_;
    for (const auto& nsp : statistics.namespaces) {
        add_events(received, nsp, &sio::EventTotals::received);
        add_events(sent, nsp, &sio::EventTotals::sent);
    }
    const auto add_all = [&](std::string name, std::string help, const Events& events) {
        out.counter(std::move(name), std::move(help));
        for (const auto& [key, count] : events) out.value(count, {{"namespace", key.first}, {"event", key.second}});
    };
    add_all("insightdesk_events_received_total", "Events from clients", received);
    add_all("insightdesk_events_sent_total", "Events to clients, each delivery for itself", sent);
    out.counter("insightdesk_events_refused_total", "Events refused, and what CONNECTs asked for besides, by error code");
    add_errors(out, sources_.door.refused());
    out.counter("insightdesk_events_typing_dropped_total", "Typing over its limit, dropped without a word").value(sources_.door.dropped());

    out.histogram("insightdesk_emit_seconds", "From a commit to its events being with the loops of their sockets",
                  sources_.delivery.stats().emit_seconds);
    out.counter("insightdesk_log_rows_read_total", "Events read from the log because nobody had announced them")
        .value(sources_.delivery.stats().read_rows.load(std::memory_order_relaxed));
    add_recoveries(out, sources_.recoveries);
    add_store(out, sources_.store);
    if (const auto* valkey = sources_.cluster.valkey()) {
        add_valkey(out, *valkey);
        add_adapter(out, sources_.cluster.adapter_counts());
    }
    if (const auto* bus = sources_.cluster.valkey_bus(); bus != nullptr && sources_.announcements)
        add_bus(out, bus->stats(), sources_.announcements->stats(), sources_.delivery.stats());
    if (const auto* roll = sources_.cluster.roll()) add_roll(out, roll->stats());

    out.counter("insightdesk_http_responses_total", "Answers to HTTP requests of any kind, by the hundreds of their status");
    for (std::size_t i = 0; i < statistics.answers.size(); ++i)
        out.value(statistics.answers[i], {{"status", std::to_string(i + 1) + "xx"}});
    out.counter("insightdesk_api_responses_total", "Answers of the REST API and of these pages, by the hundreds of their status");
    for (std::size_t hundreds = 1; hundreds <= 5; ++hundreds)
        out.value(sources_.api.answered(hundreds), {{"status", std::to_string(hundreds) + "xx"}});
    out.counter("insightdesk_api_refused_total", "Requests to the REST API answered with an error, by error code");
    add_errors(out, sources_.api.refused());
    add_process(out);
    return out.text();
}

}  // namespace desk::app
