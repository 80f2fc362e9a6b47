#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sio/engineio/options.hpp"
#include "sio/engineio/packet.hpp"
#include "sio/http/server.hpp"
#include "sio/runtime/loop.hpp"

namespace sio::engineio {

class Session;

/// The long-polling transport of one session: at most one hanging GET that takes what is queued, at most one POST that brings packets.
/// A packet queued in a turn leaves with all others of that turn in one answer.
/// Thread: the session's loop.
class PollingTransport final : public runtime::Flushable {
public:
    PollingTransport(Session& session, const Options& options);
    ~PollingTransport() override;

    void send(const Packet& packet);
    bool writable() const { return poll_ != nullptr && queue_.empty(); }
    std::size_t queued_bytes() const { return queued_bytes_; }
    std::vector<Packet> take_queue();

    /// Answers a hanging GET with a no-op so that the client can pause (upgrade), if one hangs and nothing else is about to be sent.
    void nudge();
    /// The session ended: the hanging or next GET takes the queue and `last` (close, or noop when the client itself said close).
    /// True: it has gone out. False: the next GET will take it, and then retire the session.
    bool end(PacketType last);
    /// The server ended the session: one GET takes what is queued, the one after it the close packet, and that retires the session.
    void close();
    /// The transport was replaced: answers what hangs, takes nothing more.
    void discard();
    void pause();
    void resume();

    http::Handler::Head on_head(http::Exchange& exchange);
    void on_request(http::Exchange& exchange);
    void on_aborted(http::Exchange& exchange, http::Handler::Abort why);
    void flush() override;

private:
    void emptied();
    void begin_poll(http::Exchange& exchange);
    bool holds_ping() const;
    void process_post();
    void answer_poll();
    void queue_close();
    void refuse_overdue(http::Exchange& exchange);
    void refuse(http::Exchange& exchange, int status = 400);
    void cut_post();

    Session& session_;
    const Options& options_;
    http::Exchange* poll_ = nullptr;
    http::Exchange* post_ = nullptr;  // from its headers to its answer
    PayloadReader reader_;
    std::string post_body_;  // only for JSONP, whose form has to be decoded
    std::vector<Packet> queue_;
    std::size_t queued_bytes_ = 0;  // counted in the loop's output too
    bool post_ready_ = false;
    bool paused_ = false;
    bool processing_ = false;
    bool ending_ = false;
    bool close_follows_ = false;  // once the queue has gone out
};

}  // namespace sio::engineio
