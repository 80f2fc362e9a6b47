#include "desk/session/door.hpp"

#include <utility>

#include "desk/schema/events.hpp"
#include "desk/schema/validate.hpp"

namespace desk {

namespace {

// A socket that goes on over the limit this many events in a row is not worth an answer any more.
constexpr std::uint16_t kFloodEvents = 2500;

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::Plain:
        case Kind::Write: return "events";
        case Kind::Ping: return "ping";
        case Kind::Typing: return "typing";
        case Kind::Subscription: return "subscribe";
        case Kind::Read: return "read";
    }
    std::unreachable();
}

void wait_for_writes(sio::Socket& socket, const sio::Event& event) {
    seat_of(socket).hold = socket.hold();
    event.defer();
}

}  // namespace

void refuse(sio::Socket& socket, const sio::Event& event, Error error) {
    const std::string body = to_socket_error(std::move(error).with("event", event.name()));
    if (event.wants_ack())
        event.ack(sio::json::object({{"ok", false}, {"error", sio::json::Raw{body}}}));
    else
        socket.emit("error", sio::json::Raw{body});
}

void refuse(sio::Socket& socket, sio::Ack& ack, std::string_view event, Error error) {
    const std::string body = to_socket_error(std::move(error).with("event", event));
    if (ack)
        ack(sio::json::object({{"ok", false}, {"error", sio::json::Raw{body}}}));
    else
        socket.emit("error", sio::json::Raw{body});
}

void accept(const sio::Event& event) {
    if (event.wants_ack()) event.ack(sio::json::Raw{R"({"ok":true})"});
}

void Door::on(sio::Namespace& nsp, std::string_view event, Kind kind, Handler handler) {
    const schema::ClientEvent* known = schema::client_event(nsp.name(), event);
    events_.emplace_back(nsp.name()).append(" ").append(event);
    const schema::Type* payload = known ? known->payload : &schema::kAny;
    nsp.on(event, [this, kind, payload, handler = std::move(handler)](sio::Socket& socket, const sio::Event& received) {
        if (kind != Kind::Write && seat_of(socket).writes > 0) return wait_for_writes(socket, received);
        if (received.bytes() > limits_.payload_bytes)
            return refuse(socket, received, Error{ErrorCode::PayloadTooLarge}.with("limit", limits_.payload_bytes));
        if (!within_limits(socket, received, kind)) return;
        if (auto good = schema::validate(*payload, received[0]); !good) return refuse(socket, received, std::move(good.error()));
        if (auto done = handler(socket, received); !done) refuse(socket, received, std::move(done.error()));
    });
}

bool Door::within_limits(sio::Socket& socket, const sio::Event& event, Kind kind) {
    Seat& seat = seat_of(socket);
    const std::int64_t now = socket.connection().loop().unix_ms();
    const auto limited = [&](TokenBucket& bucket, const RateLimit& limit, std::string_view name) {
        if (bucket.take(limit, now)) return false;
        const auto second = static_cast<std::uint32_t>(now / 1000);
        if (++seat.refused_in_row > kFloodEvents)
            socket.disconnect(true);
        else if (std::exchange(seat.last_refusal_s, second) != second || event.wants_ack()) {
            refuse(socket, event, Error{ErrorCode::RateLimited}.with("retryAfterMs", bucket.retry_after_ms(limit)).with("limit", name));
        }
        return true;
    };
    // Typing comes with every keystroke of the documented client: it has a bucket of its own and is dropped without a word.
    if (kind == Kind::Typing) {
        if (!seat.special.take(limits_.typing, now)) return false;
    } else {
        if (limited(seat.events, limits_.events, name_of(Kind::Plain))) return false;
        if (kind == Kind::Ping && limited(seat.special, limits_.pings, name_of(kind))) return false;
        if (kind == Kind::Subscription && limited(seat.subscriptions, limits_.subscriptions, name_of(kind))) return false;
        if (kind == Kind::Read && limited(seat.reads, limits_.reads, name_of(kind))) return false;
    }
    seat.refused_in_row = 0;
    return true;
}

}  // namespace desk
