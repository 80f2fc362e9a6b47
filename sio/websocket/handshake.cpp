#include <string>

#include "sio/base/base64.hpp"
#include "sio/http/tokens.hpp"
#include "sio/runtime/digest.hpp"
#include "sio/websocket/connection.hpp"
#include "sio/websocket/deflate_offer.hpp"

namespace sio::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyBytes = 16;

std::size_t count_headers(const http::Request& request, std::string_view wanted) {
    std::size_t count = 0;
    for (const auto& header : request.headers) {
        if (http::equals_ignoring_case(header.first, wanted)) ++count;
    }
    return count;
}

}  // namespace

Result<Handshake> negotiate(const http::Request& request, const Options& options) {
    if (request.method != http::Method::Get) return fail(ErrorCode::BadRequest, "method is not GET");
    if (!request.upgrade) return fail(ErrorCode::BadRequest, "not a websocket upgrade");
    const auto version = request.header("Sec-WebSocket-Version");
    if (!version || *version != "13" || count_headers(request, "Sec-WebSocket-Version") != 1) {
        return fail(ErrorCode::BadRequest, std::string(kBadVersion));
    }
    const auto key = request.header("Sec-WebSocket-Key");
    if (!key || count_headers(request, "Sec-WebSocket-Key") != 1) return fail(ErrorCode::BadRequest, "no Sec-WebSocket-Key");
    const auto bytes = base64::decode(*key);
    if (!bytes || bytes->size() != kKeyBytes) return fail(ErrorCode::BadRequest, "bad Sec-WebSocket-Key");

    auto deflate = negotiate_deflate(request, options.deflate);
    if (!deflate) return std::unexpected(std::move(deflate.error()));
    Handshake handshake;
    handshake.accept = base64::encode(runtime::bytes_of(runtime::sha1(std::string(*key).append(kGuid))));
    handshake.deflate = std::move(*deflate);
    return handshake;
}

std::string accept_response(const Handshake& handshake, std::string_view extra_headers) {
    std::string out = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
    out.append(handshake.accept).append("\r\n");
    if (handshake.deflate.enabled) out.append("Sec-WebSocket-Extensions: ").append(handshake.deflate.response).append("\r\n");
    out.append(extra_headers).append("\r\n");
    return out;
}

}  // namespace sio::websocket
