#include "desk/session/token_life.hpp"

#include <algorithm>

#include "desk/model/error.hpp"
#include "desk/model/time.hpp"

namespace desk {

namespace {

constexpr std::int64_t kAskBeforeMs = 60'000;
/// Tokens may last for years; a timer need not, and the wall clock may be set meanwhile.
constexpr std::int64_t kLongestWaitMs = 3'600'000;

}  // namespace

TokenLife::TokenLife(sio::Connection& connection, std::chrono::milliseconds grace)
    : connection_(connection),
      timer_([](void* self) { static_cast<TokenLife*>(self)->on_timer(); }, this),
      grace_ms_(static_cast<std::int32_t>(grace.count())) {}

void TokenLife::renew(std::int64_t expires_at_s, std::optional<std::int64_t> issued_at_s) {
    const std::int64_t now = connection_.loop().unix_ms();
    expires_at_ms_ = expires_at_s * 1000;
    const std::int64_t start = issued_at_s ? std::min(*issued_at_s * 1000, now) : now;
    const std::int64_t four_fifths = start + (expires_at_ms_ - start) / 5 * 4;
    wait_for(Next::Refresh, std::max(expires_at_ms_ - kAskBeforeMs, four_fifths));
}

void TokenLife::wait_for(Next next, std::int64_t due_ms) {
    next_ = next;
    due_ms_ = due_ms;
    const std::int64_t wait = std::clamp<std::int64_t>(due_ms - connection_.loop().unix_ms(), 0, kLongestWaitMs);
    connection_.loop().arm_after(timer_, std::chrono::milliseconds(wait));
}

void TokenLife::on_timer() {
    if (connection_.loop().unix_ms() < due_ms_) return wait_for(next_, due_ms_);
    switch (next_) {
        case Next::Refresh: ask(); return wait_for(Next::Expiry, expires_at_ms_);
        case Next::Expiry: ask(); return wait_for(Next::End, expires_at_ms_ + grace_ms_);
        case Next::End: return expel(connection_, to_socket_error(Error{ErrorCode::AuthTokenExpired}));
    }
}

void TokenLife::ask() {
    const auto expiry = sio::json::object({{"expiresAt", iso(expires_at_ms_ * 1000)}});
    connection_.for_each_socket([&](sio::Socket& socket) { socket.emit("token:refresh", expiry); });
}

void expel(sio::Connection& connection, std::string_view socket_error) {
    connection.for_each_socket([&](sio::Socket& socket) { socket.emit("error", sio::json::Raw{socket_error}); });
    // Whoever called may be part of the connection: nothing is touched after this.
    connection.disconnect();
}

}  // namespace desk
