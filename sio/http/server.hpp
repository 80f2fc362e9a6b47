#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sio/http/message.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/runtime/stream.hpp"

namespace sio::http {

struct Limits {
    std::size_t max_line_bytes = 8 * 1024;     ///< request line: 414
    std::size_t max_header_bytes = 16 * 1024;  ///< all headers: 431
    std::size_t max_headers = 100;             ///< 431
    std::chrono::milliseconds header_timeout{
        10'000};  ///< from the first byte of a request to the end of its headers, however slowly they trickle
    std::chrono::milliseconds body_timeout{30'000};  ///< from the headers to the end of the body
    std::chrono::milliseconds idle_timeout{65'000};  ///< between requests; also before the first
};

/// Names an exchange from any thread, after it may be gone: answering a gone one does nothing.
struct ExchangeId {
    unsigned loop = 0;
    std::uint64_t serial = 0;
};

/// One request and its one answer. Lives from the end of the request's headers until it is answered, taken over, moved or aborted.
/// Thread: the loop of its connection.
class Exchange {
public:
    virtual ~Exchange() = default;
    virtual const Request& request() const = 0;
    virtual runtime::Loop& loop() = 0;
    virtual ExchangeId id() const = 0;

    /// Answers. Legal in on_head too: then a body still to come is read and dropped, or the connection closes. Call once.
    /// Extra CORS headers of the route are added by the caller.
    virtual void respond(Response response) = 0;

    /// Only in on_head: gives the connection to another loop, where the request arrives anew (on_head is called there).
    virtual void move_to(runtime::Loop& loop) = 0;

    /// Only in on_upgrade: takes the stream away from HTTP for good; bytes behind the request stay unread in it. The exchange is gone after
    /// it.
    virtual std::unique_ptr<runtime::Stream> take_stream() = 0;

    /// Closes the connection without an answer.
    virtual void abort() = 0;

    /// Free for the handler between the calls for one exchange.
    void* context = nullptr;
};

/// Serves the requests of a route.
class Handler {
public:
    virtual ~Handler() = default;
    struct Head {
        std::size_t max_body = 0;  ///< more is answered 413 as soon as it is known; on_aborted(..., BodyTooLarge) follows
    };
    enum class Abort : std::uint8_t { PeerGone, BodyTooLarge, BodyTimeout };
    /// Headers are there, the body is not. Answering, moving or aborting here ends the exchange.
    virtual Head on_head(Exchange& exchange) = 0;
    /// The whole request is there.
    virtual void on_request(Exchange& exchange) = 0;
    /// A websocket hand-shake: answer it as HTTP, or take the stream.
    virtual void on_upgrade(Exchange& exchange) = 0;
    /// The connection was lost, or the body refused, before an answer was given. The exchange is gone after this call; answering it does
    /// nothing. PeerGone also when the body was malformed.
    virtual void on_aborted(Exchange& exchange, Abort why) = 0;
};

/// Finds the handler by the request's path: the longest registered prefix wins. Fixed before the server starts.
class Router {
public:
    void add(std::string prefix, Handler& handler);
    /// nullptr: 404.
    Handler* find(std::string_view path) const;

private:
    std::vector<std::pair<std::string, Handler*>> routes_;
};

/// HTTP/1.1 on the streams of a loop group: strict parsing, keep-alive, pipelined requests served one after the other in order.
/// While a request waits for its answer the connection goes on reading (bounded), so a lost peer is noticed.
/// Connections stay on the loop they were accepted on unless an exchange moves them.
class Server {
public:
    /// The router outlives it.
    Server(const Router& router, Limits limits);
    /// Cuts every connection; handlers hear nothing of it. Pre: the loops it served on have stopped, or there is only the calling thread's;
    /// they still exist.
    ~Server();
    /// Thread: the stream's loop.
    void serve(std::unique_ptr<runtime::Stream> stream);
    /// Answers an exchange by name; does nothing when it is gone. Thread: any (posts to the loop).
    void respond(ExchangeId id, Response response);
    /// Answers given on this loop so far, by the hundreds of their status, 1xx (websockets) first; also those that no handler was asked
    /// for. Thread: that loop.
    using Answers = std::array<std::uint64_t, 5>;
    Answers answers(const runtime::Loop& loop) const;
    /// Ends idle keep-alive connections on this loop and adds `Connection: close` to every answer from now on. Thread: each loop once.
    void drain(runtime::Loop& loop);

    struct Impl;

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace sio::http
