#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace desk {

/// A token bucket: `count` tokens come back each `period`, at most `burst` are kept.
struct RateLimit {
    std::uint32_t count = 0;
    std::chrono::milliseconds period{1000};
    std::uint32_t burst = 0;

    double per_second() const { return static_cast<double>(count) * 1000.0 / static_cast<double>(period.count()); }
    bool operator==(const RateLimit&) const = default;
};

/// What one message may hold, of a ticket or of a conversation.
struct MessageLimits {
    std::uint32_t characters = 10'000;  ///< code points, after repair
    std::uint32_t attachments = 10;

    bool operator==(const MessageLimits&) const = default;
};

/// What one client may do and hold (domain section 5). The defaults are the profile `standard`.
struct Limits {
    RateLimit events{50, std::chrono::seconds(1), 100};         ///< all events of a socket
    RateLimit typing{20, std::chrono::seconds(1), 40};          ///< typing events of a socket; dropped silently
    RateLimit chat_messages{5, std::chrono::seconds(1), 20};    ///< chat:message of a user
    RateLimit subscriptions{20, std::chrono::seconds(1), 200};  ///< subscribe and join of a socket
    RateLimit presence_status{1, std::chrono::seconds(1), 10};  ///< presence:status of a user
    RateLimit reads{10, std::chrono::seconds(1), 50};           ///< chat:read and markRead of a socket
    RateLimit token_updates{1, std::chrono::seconds(10), 12};   ///< token:update of a connection
    RateLimit pings{1, std::chrono::seconds(1), 5};             ///< ping of a socket
    RateLimit connects{200, std::chrono::seconds(1), 5000};     ///< namespace connects of an address
    RateLimit rest_user{20, std::chrono::seconds(1), 60};       ///< REST requests of a user
    RateLimit rest_key{500, std::chrono::seconds(1), 1000};     ///< REST requests of an API key
    RateLimit failed_auth{20, std::chrono::minutes(1), 20};     ///< refused tokens of an address, well signed expired ones not counted
    std::chrono::milliseconds failed_auth_block = std::chrono::minutes(1);  ///< how long an address over failed_auth stays out
    std::chrono::milliseconds typing_repeat = std::chrono::seconds(2);      ///< a lasting typing is told again this often; 0: every time

    std::uint32_t max_connections = 100'000;         ///< of the server
    std::uint32_t connections_per_address = 20'000;  ///< one office, one balancer: one address
    std::uint32_t connections_per_user = 20;
    std::uint32_t ticket_subscriptions = 500;  ///< of a socket
    std::uint32_t chat_subscriptions = 50;     ///< of a socket
    std::uint32_t watched_users = 500;         ///< of a socket
    std::uint32_t payload_bytes = 64 * 1024;   ///< of any event, decoded; over it: PAYLOAD_TOO_LARGE
    MessageLimits message;
    std::uint32_t queue_bytes = 1024 * 1024;    ///< output waiting for one socket
    std::uint32_t replay_events = 300;          ///< more missed than this: sync:required
    std::uint32_t waiting_polls = 10'000;       ///< requests for updates that wait, in all
    std::uint32_t waiting_polls_per_user = 10;  ///< and of a user

    static Limits standard() { return {}; }

    /// For benches: every check is made, none is met.
    static Limits high();

    bool operator==(const Limits&) const = default;
};

inline Limits Limits::high() {
    constexpr RateLimit kNeverMet{1'000'000'000, std::chrono::seconds(1), 1'000'000'000};
    Limits limits;
    for (RateLimit Limits::* rate :
         {&Limits::events, &Limits::typing, &Limits::chat_messages, &Limits::subscriptions, &Limits::presence_status, &Limits::reads,
          &Limits::token_updates, &Limits::pings, &Limits::connects, &Limits::rest_user, &Limits::rest_key, &Limits::failed_auth}) {
        limits.*rate = kNeverMet;
    }
    limits.typing_repeat = std::chrono::milliseconds(0);
    limits.max_connections = limits.connections_per_address = limits.connections_per_user = 1'000'000;
    return limits;
}

}  // namespace desk
