#pragma once

#include <string>

#include "desk/app/cluster.hpp"
#include "desk/app/config.hpp"
#include "desk/app/foreign_sessions.hpp"
#include "desk/app/trusted_proxies.hpp"
#include "desk/session/bare_rooms.hpp"
#include "sio/http/cors.hpp"
#include "sio/socketio/socketio.hpp"

/// What the engine is told of the configuration.
namespace desk::app {

sio::http::CorsOptions cors_of(const Config& config);
TrustedProxies proxies_of(const Config& config);
/// Who asks: the peer, or whom our own proxies forward for.
std::function<std::string(const sio::http::Request&)> address_of(const Config& config);
/// As other servers' logs call this one: the setting, else "host:port".
std::string name_of(const Config& config);
/// `rooms` are as emitters name them, null without an adapter; `other_name` tells the name of the server whose session was asked for here.
sio::Options engine_of(const Config& config, Cluster& cluster, BareRooms* rooms, sio::Log& log, ForeignSessions::NameOf other_name);

}  // namespace desk::app
