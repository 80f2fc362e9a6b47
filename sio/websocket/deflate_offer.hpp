#pragma once

#include <string_view>

#include "sio/base/result.hpp"
#include "sio/http/message.hpp"
#include "sio/websocket/deflate.hpp"

namespace sio::websocket {

/// Chooses the first acceptable permessage-deflate offer of a request's Sec-WebSocket-Extensions headers (RFC 7692, section 7.1). Offers
/// with unknown, repeated or ill-valued parameters are declined, as are other extensions; so is a server window of 8 bits, which zlib
/// cannot write. Errors: BadRequest when a header breaks the grammar (RFC 6455, section 9.1), only looked at when deflate is enabled.
/// Thread: any.
Result<NegotiatedDeflate> negotiate_deflate(const http::Request& request, const DeflateOptions& options);

}  // namespace sio::websocket
