#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sio/engineio/sid.hpp"
#include "sio/http/cors.hpp"
#include "sio/http/message.hpp"
#include "sio/websocket/deflate.hpp"

namespace sio::engineio {

struct CookieOptions {
    std::string name = "io";
    std::string path = "/";
    bool http_only = true;
    bool secure = false;
    std::string same_site = "Lax";
    std::optional<std::chrono::seconds> max_age;
};

/// What a hook says of a request that wants a new session.
struct Verdict {
    enum class Kind : unsigned char { Allow, Forbid, BadRequest } kind = Kind::Allow;
    std::string message;  ///< replaces `Forbidden` in the answer

    static Verdict allow() { return {}; }
    static Verdict forbid(std::string message = {}) { return {Kind::Forbid, std::move(message)}; }
};

/// Defaults are those of the reference server, engine.io 6.6. Hooks run on the loop of the request and must not block.
struct Options {
    std::string path = "/socket.io/";  ///< a trailing slash is optional in requests
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{20'000};
    std::chrono::milliseconds upgrade_timeout{10'000};
    std::chrono::milliseconds close_timeout{30'000};  ///< a closing session waits this long for its peer
    std::size_t max_payload = 1'000'000;              ///< bytes of one message or one polling body
    std::size_t max_queue_bytes = 1 << 20;            ///< of output waiting for a slow reader; over it the session is cut
    bool polling = true;
    bool websocket = true;
    bool allow_upgrades = true;
    /// Serve Engine.IO 3 too, as clients of Socket.IO 2 speak it (Node: `allowEIO3`). Only `EIO=3` counts as version 3.
    bool allow_eio3 = false;
    bool http_compression = true;
    bool retain_headers = true;  ///< keep the first request's headers in the handshake
    websocket::DeflateOptions deflate;
    http::CorsOptions cors;
    std::optional<CookieOptions> cookie;
    std::optional<ServerTag> server_tag;  ///< in every session id; unset: drawn at random
    std::function<Verdict(const http::Request&)> allow_request;
    std::function<std::string(const http::Request&)> client_address;               ///< empty: the peer's; behind a proxy, what it forwards
    std::function<void(http::HeaderList&, const http::Request&)> initial_headers;  ///< first answer of a session
    std::function<void(http::HeaderList&, const http::Request&)> headers;          ///< every answer
    /// A request was refused that names a session of another server, or of an earlier life of this one: `owner`. Anybody can make one up.
    std::function<void(ServerTag owner)> on_foreign_session;
};

}  // namespace sio::engineio
