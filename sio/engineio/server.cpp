#include "sio/engineio/server.hpp"

#include <utility>

#include "sio/base/bytes.hpp"
#include "sio/engineio/answers.hpp"
#include "sio/engineio/hub.hpp"
#include "sio/engineio/polling.hpp"
#include "sio/engineio/verify.hpp"

namespace sio::engineio {

namespace {

/// `/socket.io/` also matches `/socket.io` and anything below it, but not `/socket.iox`.
bool on_path(std::string_view path, std::string_view wanted) {
    const std::string_view bare = wanted.ends_with('/') ? wanted.substr(0, wanted.size() - 1) : wanted;
    return path.starts_with(bare) && (path.size() == bare.size() || path[bare.size()] == '/');
}

std::unique_ptr<Handshake> handshake_of(const http::Request& request, const Options& options, std::int64_t now) {
    auto handshake = std::make_unique<Handshake>();
    handshake->address = options.client_address ? options.client_address(request) : std::string(request.peer_address);
    handshake->query = request.query;
    if (options.retain_headers) {
        for (const auto& [name, value] : request.headers) handshake->headers.append(name).append(": ").append(value).append("\r\n");
    }
    handshake->issued_unix_ms = now;
    handshake->secure = request.secure;
    handshake->cross_domain = request.header("origin").has_value();
    return handshake;
}

std::string header_lines(const http::HeaderList& headers) {
    std::string lines;
    for (const auto& [name, value] : headers) lines.append(name).append(": ").append(value).append("\r\n");
    return lines;
}

}  // namespace

Server::Server(runtime::LoopGroup& loops, Options options, OnSession on_session)
    : options_(std::move(options)),
      on_session_(std::move(on_session)),
      loops_(loops),
      server_tag_(options_.server_tag ? *options_.server_tag : random_server_tag()) {
    for (unsigned i = 0; i < loops.size(); ++i) hubs_.push_back(std::make_unique<Hub>(*this, loops.at(i)));
}

Server::~Server() = default;

Hub& Server::hub(runtime::Loop& loop) { return *hubs_[loop.index()]; }

const SessionTotals& Server::totals(const runtime::Loop& loop) const { return hubs_[loop.index()]->totals; }

Counts Server::counts() const {
    Counts counts;
    for (const auto& hub : hubs_) {
        counts.polling += hub->polling_count.load(std::memory_order_relaxed);
        counts.websocket += hub->websocket_count.load(std::memory_order_relaxed);
    }
    return counts;
}

void Server::close_sessions(runtime::Loop& loop) {
    refuse_new_sessions();
    hub(loop).close_all();
}

void Server::refuse_new_sessions() { refusing_.store(true, std::memory_order_relaxed); }

void Server::announce(Session& session) {
    session.announced_ = true;
    session.handler_ = on_session_(session);
    session.start_heartbeat();
    if (session.handler_) session.handler_->on_open();
}

Server::Head Server::on_head(http::Exchange& exchange) {
    const http::Request& request = exchange.request();
    if (!on_path(request.path, options_.path)) {
        exchange.respond(http::Response::text(404, "Not Found"));
        return {};
    }
    if (options_.cors.enabled() && request.method == http::Method::Options) {
        exchange.respond(http::preflight(options_.cors, request));
        return {};
    }
    const Parameters parameters = Parameters::of(request);
    if (const auto home = home_of(parameters.sid);
        home && home->server == server_tag_ && home->loop < loops_.size() && home->loop != exchange.loop().index()) {
        exchange.move_to(loops_.at(home->loop));
        return {};
    }
    if (request.upgrade) return {};
    Session* session = parameters.sid.empty() ? nullptr : hub(exchange.loop()).find(parameters.sid);
    if (const auto verdict = verify(options_, request, parameters, session); !verdict) {
        refuse(exchange, verdict.error());
        return {};
    }
    if (session) return session->polling_->on_head(exchange);
    if (refusing_.load(std::memory_order_relaxed)) refuse_closing(exchange, false);
    return {};
}

void Server::on_request(http::Exchange& exchange) {
    const Parameters parameters = Parameters::of(exchange.request());
    if (parameters.sid.empty()) return open_polling(exchange);
    Session* session = hub(exchange.loop()).find(parameters.sid);
    if (session && session->polling_) return session->polling_->on_request(exchange);
    refuse(exchange, {session ? HandshakeError::BadRequest : HandshakeError::UnknownSession, {}});
}

void Server::refuse(http::Exchange& exchange, const Refusal& refusal) {
    const http::Request& request = exchange.request();
    ++hub(exchange.loop()).totals.refused[static_cast<std::size_t>(refusal.error)];
    if (refusal.error == HandshakeError::UnknownSession && options_.on_foreign_session) {
        const auto home = home_of(Parameters::of(request).sid);
        if (home && home->server != server_tag_) options_.on_foreign_session(home->server);
    }
    exchange.respond(request.upgrade ? upgrade_error_answer(options_, request, refusal.error, refusal.message)
                                     : error_answer(options_, request, refusal.error, refusal.message));
}

void Server::refuse_closing(http::Exchange& exchange, bool close) {
    ++hub(exchange.loop()).totals.refused_closing;
    http::Response response = http::Response::text(503, "Server shutting down");
    response.close = close;
    exchange.respond(std::move(response));
}

void Server::on_aborted(http::Exchange& exchange, Abort why) {
    const Parameters parameters = Parameters::of(exchange.request());
    if (parameters.sid.empty()) return;
    Session* session = hub(exchange.loop()).find(parameters.sid);
    if (session && session->polling_) session->polling_->on_aborted(exchange, why);
}

void Server::open_polling(http::Exchange& exchange) {
    Hub& home = hub(exchange.loop());
    const http::Request& request = exchange.request();
    const Revision revision = revision_of(Parameters::of(request), request);
    Session& session = home.create(handshake_of(request, options_, exchange.loop().unix_ms()), revision);
    session.use_polling();
    Packet open = home.open_packet(session, options_.allow_upgrades && options_.websocket);
    open.compress = false;
    http::Response response = poll_answer(options_, request, {&open, 1}, revision);
    if (options_.cookie) response.headers.emplace_back("Set-Cookie", cookie_of(*options_.cookie, session.id()));
    if (options_.initial_headers) options_.initial_headers(response.headers, request);
    exchange.respond(std::move(response));
    home.announce(session);
}

void Server::on_upgrade(http::Exchange& exchange) {
    Hub& home = hub(exchange.loop());
    const http::Request& request = exchange.request();
    const Parameters parameters = Parameters::of(request);
    Session* session = parameters.sid.empty() ? nullptr : home.find(parameters.sid);
    if (const auto verdict = verify(options_, request, parameters, session); !verdict) return refuse(exchange, verdict.error());
    if (!session && refusing_.load(std::memory_order_relaxed)) return refuse_closing(exchange, true);
    const websocket::Options limits{.max_message_bytes = options_.max_payload,
                                    .max_queue_bytes = options_.max_queue_bytes,
                                    .close_timeout = options_.close_timeout,
                                    .deflate = options_.deflate};
    const auto agreed = websocket::negotiate(request, limits);
    if (!agreed) return refuse(exchange, {HandshakeError::BadRequest, agreed.error().detail});

    http::HeaderList headers;
    if (options_.cors.enabled()) http::add_cors_headers(options_.cors, request, headers);
    if (!session && options_.initial_headers) options_.initial_headers(headers, request);
    if (options_.headers) options_.headers(headers, request);
    const std::string answer = websocket::accept_response(*agreed, header_lines(headers));
    auto handshake = session ? nullptr : handshake_of(request, options_, exchange.loop().unix_ms());
    const Revision revision = revision_of(parameters, request);

    auto stream = exchange.take_stream();
    stream->send(answer);
    if (session) {
        auto connection = std::make_unique<websocket::Connection>(std::move(stream), limits, agreed->deflate, *session);
        if (session->may_upgrade() && options_.allow_upgrades) return session->begin_upgrade(std::move(connection), revision);
        return home.bury_unstarted(std::move(connection));
    }
    Session& created = home.create(std::move(handshake), revision);
    created.use_websocket(std::make_unique<websocket::Connection>(std::move(stream), limits, agreed->deflate, created));
    if (is_v3(revision)) return created.open_soon();
    home.open_websocket(created);
}

}  // namespace sio::engineio
