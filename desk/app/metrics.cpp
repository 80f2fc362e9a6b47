#include "desk/app/metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
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
    std::error_code unreadable;
    const std::filesystem::directory_iterator descriptors("/proc/self/fd", unreadable);
    if (!unreadable) out.gauge("process_open_fds", "Open file descriptors").value(std::distance(begin(descriptors), end(descriptors)));
}

}  // namespace

Metrics::Metrics(const Sources& sources, std::string token) : sources_(sources), token_(std::move(token)) {
    const auto add = [this](const auto& events) {
        for (const auto& event : events) events_.emplace(event.name);
    };
    add(schema::common_client_events());
    add(schema::common_server_events());
    add(schema::sync_events());
    for (const auto& nsp : schema::namespaces()) {
        add(nsp.from_client);
        add(nsp.from_server);
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

std::string Metrics::label(const std::string& event) const { return events_.contains(event) ? event : std::string(kOther); }

std::string Metrics::text(const sio::Statistics& statistics) const {
    MetricFamilies out;
    add_connections(out, statistics);
    out.counter("insightdesk_connects_refused_total", "CONNECTs refused, by error code");
    add_errors(out, sources_.admission.refused());

    std::map<std::pair<std::string, std::string>, sio::EventTotals> events;
    for (const auto& nsp : statistics.namespaces) {
        for (const auto& [name, totals] : nsp.events) {
            auto& of_label = events[{nsp.name, label(name)}];
            of_label.received += totals.received;
            of_label.sent += totals.sent;
        }
    }
    out.counter("insightdesk_events_received_total", "Events from clients");
    for (const auto& [key, totals] : events) {
        if (totals.received > 0) out.value(totals.received, {{"namespace", key.first}, {"event", key.second}});
    }
    out.counter("insightdesk_events_sent_total", "Events to clients, each delivery for itself");
    for (const auto& [key, totals] : events) {
        if (totals.sent > 0) out.value(totals.sent, {{"namespace", key.first}, {"event", key.second}});
    }
    out.counter("insightdesk_events_refused_total", "Events answered with an error, by error code");
    add_errors(out, sources_.door.refused());
    out.counter("insightdesk_events_typing_dropped_total", "Typing over its limit, dropped without a word").value(sources_.door.dropped());

    out.histogram("insightdesk_emit_seconds", "From a commit to its events being with the loops of their sockets",
                  sources_.delivery.stats().emit_seconds);
    out.counter("insightdesk_log_rows_read_total", "Events read from the log because nobody had announced them")
        .value(sources_.delivery.stats().read_rows.load(std::memory_order_relaxed));
    add_store(out, sources_.store);

    out.counter("insightdesk_http_responses_total", "Answers of the REST API and of these pages, by the hundreds of their status");
    for (std::size_t hundreds = 1; hundreds <= 5; ++hundreds)
        out.value(sources_.api.answered(hundreds), {{"status", std::to_string(hundreds) + "xx"}});
    out.counter("insightdesk_http_refused_total", "Requests answered with an error, by error code");
    add_errors(out, sources_.api.refused());
    add_process(out);
    return out.text();
}

}  // namespace desk::app
