#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::http {

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete, Options, Other };

/// One request. Views borrow from the connection and live until the exchange is answered.
struct Request {
    Method method = Method::Get;
    std::string_view target;                                             ///< as sent
    std::string_view path;                                               ///< up to '?', not decoded
    std::string_view query;                                              ///< after '?', not decoded
    std::vector<std::pair<std::string_view, std::string_view>> headers;  ///< in order, names as sent, values trimmed
    std::string_view body;  ///< whole, chunks joined; empty in on_head. 64 readable bytes follow it.
    std::string_view peer_address;
    bool secure = false;
    bool upgrade = false;  ///< asks for a websocket: `Connection` has upgrade and `Upgrade` has websocket

    /// First header of that name, case-insensitive.
    std::optional<std::string_view> header(std::string_view name) const;
    /// Percent-decoded value of a query parameter; the last of several wins.
    std::optional<std::string> parameter(std::string_view name) const;
};

struct Response {
    int status = 200;
    std::string content_type;  ///< empty: no header
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< Content-Length, Date, Connection are the connection's own
    bool compressible = false;                                 ///< may be sent gzip or deflate when accepted and at least 1024 bytes
    bool close = false;                                        ///< close the connection after it

    static Response text(int status, std::string body);
    static Response json(int status, std::string body);
};

std::string_view reason_phrase(int status);

/// A name or value of application/x-www-form-urlencoded: '+' is a blank, a '%' without two digits stands for itself, bad UTF-8 becomes
/// U+FFFD.
std::string form_decoded(std::string_view text);

}  // namespace sio::http
