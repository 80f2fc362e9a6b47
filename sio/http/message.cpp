#include "sio/http/message.hpp"

#include "sio/base/bytes.hpp"
#include "sio/base/utf8.hpp"
#include "sio/http/query.hpp"
#include "sio/http/tokens.hpp"

namespace sio::http {
namespace {

bool names(std::string_view raw, std::string_view name) {
    if (raw == name) return true;
    return raw.find_first_of("%+") != std::string_view::npos && form_decoded(raw) == name;
}

}  // namespace

std::string form_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
            i += 2;
        } else {
            out.push_back(text[i] == '+' ? ' ' : text[i]);
        }
    }
    return utf8::valid(out) ? out : utf8::repair(out);
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    for (const auto& [header_name, value] : headers) {
        if (equals_ignoring_case(header_name, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string> Request::parameter(std::string_view name) const {
    std::optional<std::string_view> found;
    for_each_pair(query, [&](std::string_view key, std::optional<std::string_view> value) {
        if (names(key, name)) found = value.value_or("");
    });
    if (!found) return std::nullopt;
    return form_decoded(*found);
}

Response Response::text(int status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=UTF-8";
    response.body = std::move(body);
    return response;
}

Response Response::json(int status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(body);
    return response;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100: return "Continue";
        case 101: return "Switching Protocols";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 206: return "Partial Content";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 417: return "Expectation Failed";
        case 422: return "Unprocessable Content";
        case 426: return "Upgrade Required";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        default: return "Unknown";
    }
}

}  // namespace sio::http
