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
#include "sio/websocket/frame_header.hpp"

namespace sio::websocket {

class Compression;

enum class MessageType : std::uint8_t { Text, Binary };

/// Close codes of RFC 6455, section 7.4.1.
enum class CloseCode : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    Unsupported = 1003,
    NoStatus = 1005,
    Abnormal = 1006,
    InvalidPayload = 1007,
    PolicyViolation = 1008,
    TooBig = 1009,
    InternalError = 1011,
};

struct Options {
    std::size_t max_message_bytes = 1'000'000;        ///< from the frame header on, and for the sum of fragments: 1009
    std::size_t max_fragments = 16'384;               ///< of one message: 1008
    std::size_t max_queue_bytes = 1 << 20;            ///< of output; over it the connection is cut (on_close Abnormal)
    std::chrono::milliseconds close_timeout{30'000};  ///< wait for the peer's close frame
    DeflateOptions deflate;                           ///< off by default
};

/// An unmasked server frame in one counted buffer, header and payload apart (RFC 6455, section 5.2). Thread: any.
runtime::FrameRef encode(MessageType type, std::string_view payload);

/// What the hand-shake agreed.
struct Handshake {
    std::string accept;  ///< Sec-WebSocket-Accept
    NegotiatedDeflate deflate;
};
/// The detail of negotiate()'s error when the client speaks another version: to be answered 426 with `Sec-WebSocket-Version: 13`.
inline constexpr std::string_view kBadVersion = "Sec-WebSocket-Version is not 13";
/// Checks an upgrade request (RFC 6455, section 4.2.1: GET, version 13, key of 16 bytes) and negotiates extensions. Errors: BadRequest.
Result<Handshake> negotiate(const http::Request& request, const Options& options);
/// The 101 answer's bytes. `extra_headers` are complete lines, each with CRLF, or empty.
std::string accept_response(const Handshake& handshake, std::string_view extra_headers);

/// What a connection tells its user. Calls come on the loop; any of them may destroy the connection.
class ConnectionHandler {
public:
    virtual ~ConnectionHandler() = default;
    /// A whole message; text is valid UTF-8. The view lives during the call and has 64 readable bytes behind it.
    virtual void on_message(MessageType type, std::string_view payload) = 0;
    /// TCP is closed; no more calls. `code` is the peer's close code, or Abnormal when TCP just ended,
    /// or the code this side closed with after an error of the peer's.
    virtual void on_close(CloseCode code) = 0;
    /// The output queue went empty.
    virtual void on_drained() {}
};

/// A server-side websocket over a stream (RFC 6455; permessage-deflate RFC 7692). Ping frames are answered (to a peer that does not read
/// only the latest); pongs are ignored. What breaks the protocol is answered by a close frame, and by nothing after it.
/// Thread: the stream's loop.
class Connection final : public runtime::StreamHandler {
public:
    /// Takes over the stream after the 101 answer was queued. Call start() when the handler may be called.
    Connection(std::unique_ptr<runtime::Stream> stream, const Options& options, const NegotiatedDeflate& deflate,
               ConnectionHandler& handler);
    ~Connection() override;

    void start();
    /// Legal at any time, inside a call too.
    void set_handler(ConnectionHandler& handler) { handler_ = &handler; }

    /// Queues an uncompressed frame as encode() made it.
    void send(const runtime::FrameRef& frame);
    /// Queues a message, compressed when agreed, `compress` is set and it is at least the threshold.
    void send(MessageType type, std::string_view payload, bool compress);
    bool deflates() const;
    bool writable() const;
    std::size_t queued_bytes() const;
    /// No message is delivered until resume_reading(); the peer is held back in the end.
    void pause_reading();
    void resume_reading();

    /// Starts the closing hand-shake. NoStatus, and codes that may not be sent, give an empty close frame; a long reason is cut at 123
    /// bytes. on_close follows when the peer has answered and closed TCP, or the time is up (Abnormal); messages until then are dropped.
    /// Nothing more can be sent.
    void close(CloseCode code, std::string_view reason = {});
    /// Cuts TCP. No on_close.
    void abort();

    std::size_t on_data(char* data, std::size_t size) override;
    void on_drained() override;
    void on_closed(runtime::CloseCause cause) override;

private:
    struct Message;  // one in pieces
    struct Turn;     // of on_data
    struct Extra;    // what closing and congestion need
    enum class Progress : std::uint8_t { Open, Closing, Over };

    std::size_t take(char* data, std::size_t size, Turn& turn);
    void begin_message(const FrameHeader& header);
    std::size_t take_payload(char* data, std::size_t size, Turn& turn);
    void take_whole(const FrameHeader& header, char* payload, Turn& turn);
    void take_control(const FrameHeader& header, std::string_view payload, Turn& turn);
    void take_ping(std::string_view payload, Turn& turn);
    void take_close(std::string_view payload, Turn& turn);
    void deliver(MessageType type, bool compressed, std::string_view payload, Turn& turn);
    void fail(CloseCode code, Turn& turn);
    void end(CloseCode code);
    void send_control(Opcode opcode, std::string_view payload);
    void send_close(CloseCode code, std::string_view reason);
    void flush_pongs(Turn& turn);
    Extra& extra();
    void on_close_timeout();

    // Small: an idle connection holds no buffer and no timer.
    std::unique_ptr<runtime::Stream> stream_;
    ConnectionHandler* handler_;
    std::unique_ptr<Message> message_;
    std::unique_ptr<Compression> compression_;
    std::unique_ptr<Extra> extra_;
    Turn* turn_ = nullptr;  // the on_data under way, to be told of destruction
    std::uint64_t max_message_bytes_;
    std::uint32_t max_fragments_;
    std::uint32_t close_timeout_ms_;
    CloseCode close_code_ = CloseCode::Abnormal;
    Progress progress_ = Progress::Open;
    bool paused_ = false;
};

}  // namespace sio::websocket
