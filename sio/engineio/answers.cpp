#include "sio/engineio/answers.hpp"

#include <algorithm>
#include <utility>

#include "sio/base/json_writer.hpp"
#include "sio/engineio/jsonp.hpp"
#include "sio/engineio/v3_payload.hpp"

namespace sio::engineio {

namespace {

void add_route_headers(const Options& options, const http::Request& request, http::Response& response) {
    response.headers.emplace_back("Cache-Control", "no-store");
    if (options.cors.enabled()) http::add_cors_headers(options.cors, request, response.headers);
    if (options.headers) options.headers(response.headers, request);
}

std::string error_body(HandshakeError error, std::string_view message) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    writer.field("code", static_cast<int>(error));
    writer.field("message", message.empty() ? message_of(error) : message);
    writer.end_object();
    return body;
}

}  // namespace

std::string_view message_of(HandshakeError error) {
    switch (error) {
        case HandshakeError::UnknownTransport: return "Transport unknown";
        case HandshakeError::UnknownSession: return "Session ID unknown";
        case HandshakeError::BadMethod: return "Bad handshake method";
        case HandshakeError::BadRequest: return "Bad request";
        case HandshakeError::Forbidden: return "Forbidden";
        case HandshakeError::UnsupportedVersion: return "Unsupported protocol version";
    }
    std::unreachable();
}

http::Response error_answer(const Options& options, const http::Request& request, HandshakeError error, std::string_view message) {
    http::Response response = http::Response::json(error == HandshakeError::Forbidden ? 403 : 400, error_body(error, message));
    add_route_headers(options, request, response);
    return response;
}

http::Response upgrade_error_answer(const Options& options, const http::Request& request, HandshakeError error, std::string_view message) {
    http::Response response{.status = 400, .content_type = "text/html", .body = std::string(message.empty() ? message_of(error) : message)};
    if (options.cors.enabled()) http::add_cors_headers(options.cors, request, response.headers);
    response.close = true;
    return response;
}

http::Response polling_answer(const Options& options, const http::Request& request, std::string body, std::string_view content_type,
                              bool compressible) {
    http::Response response{.content_type = std::string(content_type), .body = std::move(body)};
    add_route_headers(options, request, response);
    response.compressible = compressible && options.http_compression;
    return response;
}

http::Response poll_answer(const Options& options, const http::Request& request, std::span<const Packet> packets, Revision revision) {
    const bool compress = std::ranges::any_of(packets, &Packet::compress);
    const auto callback = request.parameter("j");
    v3::Payload payload;
    if (is_v3(revision))
        payload = v3::join(packets, callback ? Revision::V3Base64 : revision);  // a script has no place for bytes
    else
        payload.bytes = join(packets);
    if (callback) {
        return polling_answer(options, request, jsonp_script(*callback, payload.bytes), "text/javascript; charset=UTF-8", compress);
    }
    return polling_answer(options, request, std::move(payload.bytes), payload.binary ? kOctets : "text/plain; charset=UTF-8", compress);
}

std::string cookie_of(const CookieOptions& cookie, std::string_view sid) {
    std::string value = cookie.name + '=' + std::string(sid);
    if (cookie.max_age) value += "; Max-Age=" + std::to_string(cookie.max_age->count());
    if (!cookie.path.empty()) value += "; Path=" + cookie.path;
    if (cookie.http_only) value += "; HttpOnly";
    if (cookie.secure) value += "; Secure";
    if (!cookie.same_site.empty()) value += "; SameSite=" + cookie.same_site;
    return value;
}

}  // namespace sio::engineio
