#include "sio/admin/stats.hpp"

#include <algorithm>
#include <ranges>
#include <string_view>

namespace sio::admin {
namespace {

constexpr std::size_t kMaxNamespaces = 500;

void write_namespaces(json::Writer& writer, const Statistics& now) {
    writer.key("namespaces").begin_array();
    for (const auto& nsp : now.namespaces | std::views::take(kMaxNamespaces)) {
        writer.begin_object().field("name", nsp.name).field("socketsCount", nsp.polling + nsp.websocket).end_object();
    }
    writer.end_array();
}

}  // namespace

StatsWriter::Totals StatsWriter::totals_of(const Statistics& statistics) {
    Totals totals{.opened = statistics.opened,
                  .closed = statistics.closed,
                  .bytes_in = statistics.received_bytes,
                  .bytes_out = statistics.sent_bytes};
    for (const auto& nsp : statistics.namespaces) {
        for (const auto& [event, count] : nsp.events) {
            totals.packets_in += count.received;
            totals.packets_out += count.sent;
        }
    }
    return totals;
}

// Pages draw seconds, so a change bears the second it was seen in. A namespace that went takes its events with it: no count falls below 0.
void StatsWriter::write_changes(json::Writer& writer, const Totals& now, std::int64_t unix_ms) const {
    const std::int64_t second = unix_ms - unix_ms % 1000;
    const auto change = [&](std::string_view type, std::uint64_t before, std::uint64_t after, std::string_view sub_type = {}) {
        if (after <= before) return;
        writer.begin_object().field("timestamp", second).field("type", type);
        if (!sub_type.empty()) writer.field("subType", sub_type);
        writer.field("count", after - before).end_object();
    };
    writer.key("aggregatedEvents").begin_array();
    change("rawConnection", before_.opened, now.opened);
    for (std::size_t i = 0; i < now.closed.size(); ++i) {
        change("rawDisconnection", before_.closed[i], now.closed[i], engineio::to_string(static_cast<engineio::CloseReason>(i)));
    }
    change("packetsIn", before_.packets_in, now.packets_in);
    change("packetsOut", before_.packets_out, now.packets_out);
    change("bytesIn", before_.bytes_in, now.bytes_in);
    change("bytesOut", before_.bytes_out, now.bytes_out);
    writer.end_array();
}

json::Text StatsWriter::next(const Statistics& now, std::chrono::milliseconds uptime, std::int64_t unix_ms) {
    const Totals totals = totals_of(now);
    std::string text;
    json::Writer writer(text);
    writer.begin_object().field("serverId", name_.id).field("hostname", name_.host).field("pid", name_.pid);
    writer.field("uptime", static_cast<double>(uptime.count()) / 1000);
    writer.field("clientsCount", now.polling + now.websocket).field("pollingClientsCount", now.polling);
    write_changes(writer, totals, unix_ms);
    write_namespaces(writer, now);
    writer.end_object();
    before_ = totals;
    return json::Text(std::move(text));
}

}  // namespace sio::admin
