#include "desk/session/door.hpp"

#include <algorithm>
#include <utility>

#include "desk/schema/events.hpp"
#include "desk/schema/validate.hpp"

namespace desk {

namespace {

// Ten times a limit for five seconds is a flood, and as much at once. A limit may be set so low that people exceed it tenfold by hand.
constexpr double kFloodFactor = 10;
constexpr std::uint8_t kFloodSeconds = 5;
constexpr double kLeastFloodRate = 10;  // events a second that count as a limit here
constexpr std::uint32_t kBetweenRefusalsMs = 1000;

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

/// Whether it is a question of time; else of how much one may hold.
bool passes_with_time(const Error& error) {
    return error.code == ErrorCode::RateLimited && error.details_json.contains("\"retryAfterMs\"");
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
        if (!within_limits(socket, received, kind)) return;
        if (received.bytes() > limits_.payload_bytes)
            return refuse(socket, received, Error{ErrorCode::PayloadTooLarge}.with("limit", limits_.payload_bytes));
        if (auto good = schema::validate(*payload, received[0]); !good) return refuse(socket, received, std::move(good.error()));
        auto done = handler(socket, received);
        if (done) return;
        if (passes_with_time(done.error())) return limited(socket, received, std::move(done.error()));
        refuse(socket, received, std::move(done.error()));
    });
}

void Door::refuse(sio::Socket& socket, const sio::Event& event, Error error) {
    refused_.add(error.code);
    desk::refuse(socket, event, std::move(error));
}

void Door::refuse_unknown(sio::Namespace& nsp) {
    nsp.on_unknown([this](sio::Socket& socket, const sio::Event& received) {
        if (within_limits(socket, received, Kind::Plain))
            refuse(socket, received, Error{ErrorCode::InvalidPayload}.because("UNKNOWN_EVENT"));
    });
}

bool Door::within_limits(sio::Socket& socket, const sio::Event& event, Kind kind) {
    Seat& seat = seat_of(socket);
    const std::int64_t now = socket.connection().loop().unix_ms();
    const auto takes = [&](TokenBucket& bucket, const RateLimit& limit, std::string_view name) {
        if (bucket.take(limit, now)) return true;
        limited(socket, event, Error{ErrorCode::RateLimited}.with("retryAfterMs", bucket.retry_after_ms(limit)).with("limit", name));
        return false;
    };
    switch (kind) {
        // Typing comes with every keystroke of the documented client: it has a bucket of its own and is dropped without a word.
        case Kind::Typing:
            if (seat.special.take(limits_.typing, now)) return true;
            dropped_.fetch_add(1, std::memory_order_relaxed);
            if (floods(seat, now)) expel(socket.connection(), to_socket_error(Error{ErrorCode::RateLimited}.with("limit", name_of(kind))));
            return false;
        // A client that is back subscribes to all it had at once: more than it may do of anything else.
        case Kind::Subscription: return takes(seat.subscriptions, limits_.subscriptions, name_of(kind));
        case Kind::Ping:
            return takes(seat.events, limits_.events, name_of(Kind::Plain)) && takes(seat.special, limits_.pings, name_of(kind));
        case Kind::Read: return takes(seat.events, limits_.events, name_of(Kind::Plain)) && takes(seat.reads, limits_.reads, name_of(kind));
        case Kind::Plain:
        case Kind::Write: return takes(seat.events, limits_.events, name_of(kind));
    }
    std::unreachable();
}

void Door::limited(sio::Socket& socket, const sio::Event& event, Error error) {
    Seat& seat = seat_of(socket);
    const std::int64_t now = socket.connection().loop().unix_ms();
    if (floods(seat, now)) {
        refused_.add(error.code);
        return expel(socket.connection(), to_socket_error(error));
    }
    if (!event.wants_ack()) {
        const auto now_ms = std::max(1U, static_cast<std::uint32_t>(now));
        if (seat.refusal_told_ms != 0 && now_ms - seat.refusal_told_ms < kBetweenRefusalsMs) return refused_.add(error.code);
        seat.refusal_told_ms = now_ms;
    }
    refuse(socket, event, std::move(error));
}

bool Door::floods(Seat& seat, std::int64_t now_ms) const {
    const double limit = std::max(kLeastFloodRate, limits_.events.per_second());
    const auto of_limit = [&](double times) { return seat.refused >= std::min(times * limit, 65'535.0); };
    const auto second = static_cast<std::uint16_t>(now_ms / 1000);
    if (second != seat.flood_second) {
        // What is not refused is the tenth part.
        const bool goes_on = static_cast<std::uint16_t>(seat.flood_second + 1) == second && of_limit(kFloodFactor - 1);
        seat.flooded_seconds = goes_on ? static_cast<std::uint8_t>(seat.flooded_seconds + 1) : 0;
        seat.flood_second = second;
        seat.refused = 0;
    }
    if (seat.refused < UINT16_MAX) ++seat.refused;
    return seat.flooded_seconds >= kFloodSeconds || of_limit((kFloodFactor - 1) * kFloodSeconds);
}

}  // namespace desk
