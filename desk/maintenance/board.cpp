#include "desk/maintenance/board.hpp"

#include <algorithm>
#include <utility>

#include "desk/session/rooms.hpp"
#include "desk/session/visitor.hpp"

namespace desk::maintenance {
namespace {
constexpr std::string_view kEvent = "system:maintenance";
}

Board::Board(sio::Server& io, store::NowUs now_us) : io_(io), now_us_(std::move(now_us)) {
    io_.on_connection([this](sio::Socket& socket) {
        for (const Notice& notice : current(visitor_of(socket).actor().org)) socket.emit(kEvent, notice);
    });
}

void Board::load(std::vector<Notice> notices) {
    const std::scoped_lock lock(mutex_);
    notices_ = std::move(notices);
}

// Told under the lock, or of two changes the later could be overtaken. A socket is in its rooms before it is greeted: it may hear a
// notice twice, never not at all.
void Board::tell(const Notice& notice) {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now = now_us_();
    std::erase_if(notices_, [&](const Notice& known) { return known.id == notice.id || !known.current(now); });
    if (notice.current(now)) {
        const auto place = std::ranges::upper_bound(notices_, notice.starts_at_us, {}, &Notice::starts_at_us);
        notices_.insert(place, notice);
    }
    if (notice.org)
        io_.to(rooms::everybody(*notice.org)).emit(kEvent, notice);
    else
        io_.emit(kEvent, notice);
}

std::vector<Notice> Board::current(std::string_view org) const {
    std::vector<Notice> found;
    const std::scoped_lock lock(mutex_);
    if (notices_.empty()) return found;
    const std::int64_t now = now_us_();
    std::ranges::copy_if(notices_, std::back_inserter(found), [&](const Notice& n) { return n.concerns(org) && n.current(now); });
    return found;
}

}  // namespace desk::maintenance
