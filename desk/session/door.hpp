#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/error_counts.hpp"
#include "desk/model/limits.hpp"
#include "desk/session/visitor.hpp"
#include "sio/socketio/socketio.hpp"

namespace desk {

/// Which bucket an event takes a token from besides that of all events. A Write goes on while others of its socket are under way; any other
/// event waits until they are done, so that a socket's events take effect in their order.
enum class Kind : std::uint8_t { Plain, Write, Ping, Typing, Subscription, Read };

/// Tells a client that its event failed: in the acknowledgement, `{ok:false, error}`, or by the event `error` when it asked for none.
/// Thread: the socket's loop.
void refuse(sio::Socket& socket, const sio::Event& event, Error error);
/// The same later, when the event is gone. Thread: any for `ack`; the socket's loop for `socket`.
void refuse(sio::Socket& socket, sio::Ack& ack, std::string_view event, Error error);
/// Acknowledges `{ok:true}`, when asked.
void accept(const sio::Event& event);

/// Where events come in: every handler stands behind the rate limits, the payload bound, the schema (desk/schema: of the namespace's event
/// by that name) and one way of answering errors. A handler finds in the first argument what the schema requires.
class Door {
public:
    explicit Door(const Limits& limits) : limits_(limits) {}

    /// Returns what went wrong; `refuse` has not been called then.
    using Handler = std::function<Result<void>(sio::Socket&, const sio::Event&)>;
    /// Before the server starts.
    void on(sio::Namespace& nsp, std::string_view event, Kind kind, Handler handler);

    /// Answers every event that no handler takes: INVALID_PAYLOAD {reason: UNKNOWN_EVENT}. Before the server starts.
    void refuse_unknown(sio::Namespace& nsp);

    const Limits& limits() const { return limits_; }
    /// Events that were refused, also later by those who got them, and whether or not the client was told.
    ErrorCounts& refused() { return refused_; }
    /// Typing over its limit, which nobody is told of.
    std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }
    /// "/chat chat:join" for each event that has a handler.
    const std::vector<std::string>& events() const { return events_; }

private:
    bool within_limits(sio::Socket& socket, const sio::Event& event, Kind kind);
    void limited(sio::Socket& socket, const sio::Event& event, Error error);
    bool floods(Seat& seat, std::int64_t now_ms) const;

    void refuse(sio::Socket& socket, const sio::Event& event, Error error);

    const Limits& limits_;
    std::vector<std::string> events_;
    ErrorCounts refused_;
    std::atomic<std::uint64_t> dropped_{0};
};

/// A text that the schema requires in the event's first argument.
inline std::string_view text_field(const sio::Event& event, std::string_view field) { return event[0][field].string().value_or(""); }

}  // namespace desk
