#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sio/base/result.hpp"
#include "sio/http/message.hpp"
#include "sio/runtime/frame.hpp"
#include "sio/runtime/stream.hpp"
#include "sio/websocket/deflate.hpp"

namespace sio::websocket {

enum class MessageType : std::uint8_t { Text, Binary };

/// Close codes of RFC 6455, section 7.4.1.
enum class CloseCode : std::uint16_t {
    Normal = 1000, GoingAway = 1001, ProtocolError = 1002, Unsupported = 1003, NoStatus = 1005, Abnormal = 1006,
    InvalidPayload = 1007, PolicyViolation = 1008, TooBig = 1009, InternalError = 1011,
};

struct Options {
    std::size_t max_message_bytes = 1'000'000;  ///< from the frame header on, and for the sum of fragments: 1009
    std::size_t max_fragments = 16'384;         ///< of one message: 1008
    std::size_t max_queue_bytes = 1 << 20;      ///< of output; over it the connection is cut (on_close Abnormal)
    std::chrono::milliseconds close_timeout{30'000};  ///< wait for the peer's close frame
    DeflateOptions deflate;                     ///< off by default
};

/// An unmasked server frame in one counted buffer, header and payload apart (RFC 6455, section 5.2). Thread: any.
runtime::FrameRef encode(MessageType type, std::string_view payload);

/// What the hand-shake agreed.
struct Handshake {
    std::string accept;  ///< Sec-WebSocket-Accept
    NegotiatedDeflate deflate;
};
/// Checks an upgrade request (RFC 6455, section 4.2.1: GET, version 13, key of 16 bytes) and negotiates extensions.
Result<Handshake> negotiate(const http::Request& request, const Options& options);
/// The 101 answer's bytes. `extra_headers` are complete lines, each with CRLF, or empty.
std::string accept_response(const Handshake& handshake, std::string_view extra_headers);

/// What a connection tells its user. Calls come on the loop; any of them may destroy the connection.
class ConnectionHandler {
public:
    virtual ~ConnectionHandler() = default;
    /// A whole message; text is valid UTF-8. The view lives during the call and has 64 readable bytes behind it.
    virtual void on_message(MessageType type, std::string_view payload) = 0;
    /// The connection is over; no more calls. `code` is the peer's close code, or Abnormal when TCP just ended,
    /// or the code this side closed with after an error of the peer's.
    virtual void on_close(CloseCode code) = 0;
    /// The output queue went empty.
    virtual void on_drained() {}
};

/// A server-side websocket over a stream (RFC 6455; permessage-deflate RFC 7692). Ping frames are answered; pongs are ignored.
/// Thread: the stream's loop.
class Connection final : public runtime::StreamHandler {
public:
    /// Takes over the stream after the 101 answer was queued. Call start() when the handler may be called.
    Connection(std::unique_ptr<runtime::Stream> stream, const Options& options, NegotiatedDeflate deflate, ConnectionHandler& handler);
    ~Connection() override;

    void start();
    void set_handler(ConnectionHandler& handler) { handler_ = &handler; }

    /// Queues an uncompressed frame as encode() made it.
    void send(const runtime::FrameRef& frame);
    /// Queues a message, compressed when agreed, `compress` is set and it is at least the threshold.
    void send(MessageType type, std::string_view payload, bool compress);
    bool deflates() const;
    bool writable() const;
    std::size_t queued_bytes() const;
    void pause_reading();
    void resume_reading();

    /// Starts the closing hand-shake. NoStatus sends an empty close frame. on_close follows when the peer answers or the time is up.
    void close(CloseCode code, std::string_view reason = {});
    /// Cuts TCP. No on_close.
    void abort();

    std::size_t on_data(char* data, std::size_t size) override;
    void on_drained() override;
    void on_closed(runtime::CloseCause cause) override;

private:
    // The implementation keeps this small: an idle connection holds no buffer.
    struct State;
    std::unique_ptr<runtime::Stream> stream_;
    ConnectionHandler* handler_;
    std::unique_ptr<State> state_;
};

}  // namespace sio::websocket
