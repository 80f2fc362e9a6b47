#pragma once

#include <cstdint>

namespace sio::websocket {

/// Whether a close frame may carry this code (RFC 6455, section 7.4, and IANA's registry).  Thread: any.
constexpr bool may_be_sent(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace sio::websocket
