#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sio/engineio/options.hpp"
#include "sio/engineio/packet.hpp"
#include "sio/engineio/revision.hpp"
#include "sio/http/message.hpp"

/// The HTTP answers of Engine.IO: headers of every kind in one place.
namespace sio::engineio {

/// Why a request is refused; the numbers are the wire's `code`.
enum class HandshakeError : std::uint8_t {
    UnknownTransport = 0,
    UnknownSession = 1,
    BadMethod = 2,
    BadRequest = 3,
    Forbidden = 4,
    UnsupportedVersion = 5,
};
inline constexpr std::size_t kHandshakeErrors = 6;
std::string_view message_of(HandshakeError error);

/// The content type of a version 3 payload in the form of bytes; version 4 refuses it.
inline constexpr std::string_view kOctets = "application/octet-stream";

/// HTTP 400 (403 for Forbidden) with `{"code":N,"message":M}`. `message` replaces the standard text.
http::Response error_answer(const Options& options, const http::Request& request, HandshakeError error, std::string_view message = {});
/// The same on a refused websocket hand-shake: plain text and an end of the connection.
http::Response upgrade_error_answer(const Options& options, const http::Request& request, HandshakeError error,
                                    std::string_view message = {});

/// A 200 with the headers of the route (CORS, no-store, hooks).
http::Response polling_answer(const Options& options, const http::Request& request, std::string body, std::string_view content_type,
                              bool compressible);
/// The answer to a GET that carries packets: plain, or wrapped for JSONP when the query has `j`. May be compressed when any may.
http::Response poll_answer(const Options& options, const http::Request& request, std::span<const Packet> packets, Revision revision);

/// Set-Cookie's value for a new session, by protocol.md: only with the option set.
std::string cookie_of(const CookieOptions& cookie, std::string_view sid);

}  // namespace sio::engineio
