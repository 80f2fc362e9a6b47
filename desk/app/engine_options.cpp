#include "desk/app/engine_options.hpp"

#include <unistd.h>

#include <array>
#include <utility>

namespace desk::app {

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

sio::Options engine_of(const Config& config, Cluster& cluster, BareRooms* rooms, sio::Log& log, ForeignSessions::NameOf other_name) {
    sio::Options options;
    if (rooms != nullptr) options.adapter = cluster.adapter(config, [rooms](std::string_view room) { return rooms->named(room); });
    options.engine.cors = cors_of(config);
    options.engine.retain_headers = false;
    options.engine.allow_eio3 = config.allow_eio3;
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

}  // namespace desk::app
