#include "websocket_echo.hpp"

#include <memory>
#include <utility>

#include "sio/websocket/connection.hpp"

namespace conformance {

namespace {

namespace ws = sio::websocket;

constexpr std::size_t kMaxMessage = std::size_t{16} << 20;

const ws::Options& options() {
    static const ws::Options kOptions{.max_message_bytes = kMaxMessage,
                                      .max_fragments = std::size_t{1} << 20,
                                      .max_queue_bytes = 16 * kMaxMessage,
                                      // The cases ask whether it inflates, not how small it is; level 6 takes several times as long.
                                      .deflate = {.enabled = true, .threshold = 0, .level = 1}};
    return kOptions;
}

/// Owns itself until the peer is gone.
class Echo final : public ws::ConnectionHandler {
public:
    static void start(sio::runtime::Loop& loop, std::unique_ptr<sio::runtime::Stream> stream, ws::NegotiatedDeflate deflate) {
        auto* echo = new Echo(loop);  // NOLINT(cppcoreguidelines-owning-memory): deleted in on_close
        echo->connection_ = std::make_unique<ws::Connection>(std::move(stream), options(), std::move(deflate), *echo);
        echo->connection_->start();
    }
    void on_message(ws::MessageType type, std::string_view payload) override { connection_->send(type, payload, true); }
    void on_close(ws::CloseCode) override {
        loop_.defer([this] { delete this; });  // NOLINT(cppcoreguidelines-owning-memory)
    }

private:
    explicit Echo(sio::runtime::Loop& loop) : loop_(loop) {}
    sio::runtime::Loop& loop_;
    std::unique_ptr<ws::Connection> connection_;
};

}  // namespace

sio::http::Handler::Head WebsocketEcho::on_head(sio::http::Exchange&) { return {}; }

void WebsocketEcho::on_request(sio::http::Exchange& exchange) { exchange.respond(sio::http::Response::text(426, "Upgrade Required")); }

void WebsocketEcho::on_upgrade(sio::http::Exchange& exchange) {
    auto agreed = ws::negotiate(exchange.request(), options());
    if (!agreed) return exchange.respond(sio::http::Response::text(400, agreed.error().detail));
    sio::runtime::Loop& loop = exchange.loop();
    auto stream = exchange.take_stream();
    stream->send(ws::accept_response(*agreed, {}));
    Echo::start(loop, std::move(stream), std::move(agreed->deflate));
}

}  // namespace conformance
