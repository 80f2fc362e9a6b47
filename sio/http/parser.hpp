#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sio/http/head_scanner.hpp"
#include "sio/http/message.hpp"

namespace sio::http {

/// What the head of a request says about its body and its connection.
struct HeadFacts {
    bool http11 = false;
    bool keep_alive = false;
    bool chunked = false;
    bool expects_continue = false;
    std::uint64_t content_length = 0;
};

/// Parses one request at a time (RFC 9112), strictly: see the rules at parse_head(). Boost.Beast's parser does the tokenising.
/// Reusable; keeps no memory of its own between requests.  Thread: one.
class RequestParser {
public:
    RequestParser();
    ~RequestParser();

    /// Parses a whole head as HeadScanner found it. `request` borrows from `head`.
    /// 400: anything malformed; also repeated or bad Host, none in HTTP/1.1, repeated or bad Content-Length, a Transfer-Encoding that is
    /// not exactly `chunked` or comes with Content-Length or in HTTP/1.0, a target that is neither a path, `*` nor an absolute URI. 417: an
    /// expectation other than 100-continue. 505: a version other than 1.0 and 1.1.
    Refusal parse_head(std::string_view head, Request& request, HeadFacts& facts);

    /// Feeds bytes of the body; whole or in pieces with the same result. Takes what it can, appends the content to `body` unless null, and
    /// returns how much it took: what is left must be offered again with more behind it. At most `limits.max_header_bytes` are ever left.
    /// 413: more than `max_body` bytes of content; 400: malformed chunks; 431: trailers over the limits of headers.
    std::size_t feed_body(std::string_view bytes, std::size_t max_body, const Limits& limits, std::string* body, Refusal& refusal);
    /// The whole request was taken.
    bool done() const { return done_; }

private:
    struct Beast;
    std::unique_ptr<Beast> beast_;
    std::uint64_t left_ = 0;  // of a body with Content-Length
    std::uint64_t taken_ = 0;
    bool chunked_ = false;
    bool done_ = false;
};

}  // namespace sio::http
