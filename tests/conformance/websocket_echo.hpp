#pragma once

#include "sio/http/server.hpp"

namespace conformance {

/// A bare websocket that sends every message back, with permessage-deflate on and room for the largest of Autobahn's messages.
class WebsocketEcho final : public sio::http::Handler {
public:
    Head on_head(sio::http::Exchange& exchange) override;
    void on_request(sio::http::Exchange& exchange) override;
    void on_upgrade(sio::http::Exchange& exchange) override;
    void on_aborted(sio::http::Exchange&, Abort) override {}
};

}  // namespace conformance
