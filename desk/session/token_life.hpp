#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sio/socketio/socketio.hpp"

namespace desk {

/// How long a connection's token lasts (domain.md 3.8): `token:refresh {expiresAt}` to every namespace a minute before it expires (of a
/// short one when four fifths of its life are over) and once more when it does; `grace` later every namespace gets
/// `error AUTH_TOKEN_EXPIRED` and is disconnected, and the connection ends.
/// Thread: the connection's loop.
class TokenLife {
public:
    TokenLife(sio::Connection& connection, std::chrono::milliseconds grace);

    /// Counts from the newest token. `issued_at_s`: none means now.
    void renew(std::int64_t expires_at_s, std::optional<std::int64_t> issued_at_s);
    std::int64_t expires_at_s() const { return expires_at_ms_ / 1000; }

private:
    enum class Next : std::uint8_t { Refresh, Expiry, End };
    void on_timer();
    void wait_for(Next next, std::int64_t due_ms);
    void ask();
    void end();

    sio::Connection& connection_;
    sio::runtime::Timer timer_;
    std::int64_t expires_at_ms_ = 0;
    std::int64_t due_ms_ = 0;
    std::int32_t grace_ms_;
    Next next_ = Next::Refresh;
};

/// Tells every namespace of a connection why it ends, disconnects them, and ends it. Thread: the connection's loop.
void expel(sio::Connection& connection, std::string_view socket_error);

}  // namespace desk
