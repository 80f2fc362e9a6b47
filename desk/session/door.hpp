#pragma once

#include <functional>
#include <string_view>

#include "desk/model/error.hpp"
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

/// Where events come in: every handler stands behind the rate limits, the payload bound and one way of answering errors.
class Door {
public:
    explicit Door(const Limits& limits) : limits_(limits) {}

    /// Returns what went wrong; `refuse` has not been called then.
    using Handler = std::function<Result<void>(sio::Socket&, const sio::Event&)>;
    /// Before the server starts.
    void on(sio::Namespace& nsp, std::string_view event, Kind kind, Handler handler);

    const Limits& limits() const { return limits_; }

private:
    bool within_limits(sio::Socket& socket, const sio::Event& event, Kind kind);

    const Limits& limits_;
};

/// A valid id in a field of the event's first argument. Errors: InvalidPayload {field}.
Result<std::string_view> id_field(const sio::Event& event, std::string_view field);

}  // namespace desk
