#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sio/runtime/address.hpp"
#include "sio/runtime/byte_run.hpp"
#include "sio/runtime/frame.hpp"
#include "sio/runtime/frame_queue.hpp"
#include "sio/runtime/loop.hpp"
#include "sio/runtime/tls.hpp"

namespace sio::runtime {

class ConnectionCounts;

enum class CloseCause : std::uint8_t {
    PeerClosed,  ///< the peer ended the connection, or answered finish() by doing so
    Error,       ///< reset, TLS failure, or finish() that the peer did not answer in time
    QueueFull,   ///< more output than set_queue_limit() allows
};

/// Whoever speaks a protocol over a stream.
class StreamHandler {
public:
    virtual ~StreamHandler() = default;
    /// Takes what it can of `data` (bytes kept from last time come first) and returns how much; the rest is kept and offered again with
    /// more behind it. `data` may be written to (unmasking in place) and has 64 readable bytes behind it. May destroy the stream, detach
    /// it or give it to another handler. Destroyed or detached: the result is ignored. Given to another: the rest is offered to that one,
    /// once started.
    virtual std::size_t on_data(char* data, std::size_t size) = 0;
    /// The queue went empty after being non-empty at the end of an earlier turn.
    virtual void on_drained() {}
    /// The stream is dead: no more calls. Called once, never from inside a call of the handler into the stream, not after abort().
    virtual void on_closed(CloseCause cause) = 0;
};

/// A connected TCP socket, with TLS or without, its unread bytes and its queue of output. Output is written once a turn; small frames leave
/// joined in one write. Owned by the protocol object that is its handler; destroying it closes the socket at once. Calls into a dead
/// stream do nothing.
/// Thread: the loop it is on. While detached, whichever holds it, and only for prepend_unread(), send(), attach(), abort() and destruction.
class Stream final : public Pollable, public Flushable {
public:
    /// Takes over `fd` (non-blocking). `tls` is null for plain TCP.
    Stream(Loop& loop, int fd, std::unique_ptr<TlsSession> tls, const Address& peer);
    ~Stream() override;
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// A handler other than the present one also stops reading, until start().
    void set_handler(StreamHandler* handler);
    /// Starts reading; bytes at hand (moved from another loop or left by another protocol) are offered in this turn.
    /// Pre: the handler is set.
    void start();

    void send(FrameRef frame);
    /// Copies.
    void send(std::string_view bytes);
    std::size_t queued_bytes() const { return queued_; }
    /// Nothing queued and the last write was taken whole.
    bool writable() const { return queued_ == 0; }
    /// The kernel did not take all at the last write: the peer reads slower than this side sends.
    bool congested() const { return congested_; }
    /// Over this many queued bytes that the kernel does not take the stream closes with QueueFull. Default: unbounded.
    void set_queue_limit(std::size_t bytes) { queue_limit_ = bytes; }

    /// Inside on_data: nothing more is offered. Data in the kernel stays there, so the peer is held back in the end.
    void pause_reading();
    /// Also when reading was not paused: bytes left unread earlier are offered again in this turn.
    void resume_reading();
    /// Writes what is queued, then half-closes and waits for the peer (at most `linger` from now), then on_closed.
    /// What the peer still sends, and what is sent after this call, is dropped.
    void finish(Clock::duration linger);
    /// Closes at once. No on_closed.
    void abort();

    /// Takes the stream off its loop so that attach() can put it, with TLS state, queued output and unread bytes, on another.
    /// Inside on_data hand what of `data` is to be kept to prepend_unread() first. Not after finish().
    void detach();
    /// Thread: the new loop's. start() reading after it.
    void attach(Loop& loop);
    /// Bytes to be offered before anything new is read (those that a handler left unread are kept already).
    void prepend_unread(std::string_view bytes);

    /// Pre: not detached.
    Loop& loop() { return *loop_; }
    const Address& peer() const { return peer_; }
    /// The peer's IP address without the port; empty when unknown.
    std::string peer_address() const { return peer_.to_string(); }
    bool secure() const { return tls_ != nullptr; }
    /// In the client's role, also when dead: why the server's certificate was refused; empty when it was not.
    std::string certificate_refusal() const { return tls_ ? tls_->certificate_refusal() : std::string(); }
    /// Closed, though on_closed may be still to come.
    bool dead() const { return dead_; }
    /// Gives the connection's place in `counts` back when the socket closes.
    void count_in(std::shared_ptr<ConnectionCounts> counts) { counts_ = std::move(counts); }

    /// For the loop only.
    void on_ready(std::uint32_t events) override;
    void flush() override;

private:
    enum class Status : std::uint8_t { Some, None, End, Failed };
    struct Received {
        Status status;
        std::size_t bytes;
    };
    class Call;

    // Those that give bool say whether the stream still lives; after false it must not be touched.
    bool read();
    bool read_kept();
    bool drop_input();
    bool offer(char* data, std::size_t size, std::size_t& taken);
    bool end(CloseCause cause);
    bool output_done();

    Received receive(char* data, std::size_t size);
    Received receive_plain(char* data, std::size_t size);
    Received receive_tls(char* data, std::size_t size);
    void keep(ByteRun run, std::size_t taken);
    void offer_in_flush();
    bool tls_at_hand() const;

    void write();
    void write_plain();
    void write_tls();
    long send_some(std::size_t& size);
    std::size_t gather(char* out, std::size_t size) const;
    void written(std::size_t bytes);

    void close(CloseCause cause);
    void close_later(CloseCause cause);
    void report();
    void update_interest(bool exactly = false);

    Loop* loop_;
    StreamHandler* handler_ = nullptr;
    std::unique_ptr<TlsSession> tls_;
    FrameQueue queue_;
    std::size_t queued_ = 0;
    std::size_t queue_limit_ = static_cast<std::size_t>(-1);
    ByteRun unread_;
    Call* call_ = nullptr;  // the innermost call into the handler, to be told when the stream goes
    std::unique_ptr<Timer> linger_;
    std::shared_ptr<ConnectionCounts> counts_;
    Loop::PollId poll_id_ = 0;
    std::uint32_t interest_ = 0;
    int fd_;
    std::uint32_t head_offset_ = 0;  // bytes of the first frame that are written
    Address peer_;
    CloseCause cause_ = CloseCause::Error;
    bool reading_ : 1 = false;
    bool offering_ : 1 = false;  // unread bytes are to be offered in the flush
    bool finishing_ : 1 = false;
    bool half_closed_ : 1 = false;
    bool input_ended_ : 1 = false;  // while finishing
    bool congested_ : 1 = false;
    bool write_wants_read_ : 1 = false;  // TLS
    bool read_wants_write_ : 1 = false;  // TLS
    bool tls_more_ : 1 = false;          // bytes, or the end, are to be read that the descriptor does not tell of
    bool dead_ : 1 = false;
    bool reported_ : 1 = false;
};

}  // namespace sio::runtime
