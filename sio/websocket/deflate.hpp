#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sio::websocket {

/// permessage-deflate, RFC 7692. Off by default.
struct DeflateOptions {
    bool enabled = false;
    std::size_t threshold = 1024;  ///< shorter messages go uncompressed
    int level = 6;
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    int server_max_window_bits = 15;
    int client_max_window_bits = 15;
};

/// What both sides agreed on.
struct NegotiatedDeflate {
    bool enabled = false;
    bool server_no_context_takeover = false;
    bool client_no_context_takeover = false;
    int server_max_window_bits = 15;
    int client_max_window_bits = 15;
    std::string response;  ///< value of Sec-WebSocket-Extensions, empty when not enabled
};

}  // namespace sio::websocket
