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
    {
        const std::scoped_lock lock(mutex_);
        ++changes_;
        keep(notice, now_us_());
        emit(notice);
    }
    if (told_) told_();
}

std::uint64_t Board::changes() const {
    const std::scoped_lock lock(mutex_);
    return changes_;
}

void Board::refresh(const std::vector<Notice>& stored, std::uint64_t at) {
    const std::scoped_lock lock(mutex_);
    if (changes_ != at) return;
    const std::int64_t now = now_us_();
    for (Notice known : std::vector(notices_)) {
        if (!known.current(now) || std::ranges::find(stored, known.id, &Notice::id) != stored.end()) continue;
        known.cancelled = true;
        keep(known, now);
        emit(known);
    }
    for (const Notice& notice : stored) {
        if (std::ranges::find(notices_, notice) != notices_.end() || !notice.current(now)) continue;
        keep(notice, now);
        emit(notice);
    }
}

void Board::keep(const Notice& notice, std::int64_t now) {
    std::erase_if(notices_, [&](const Notice& known) { return known.id == notice.id || !known.current(now); });
    if (!notice.current(now)) return;
    const auto place = std::ranges::upper_bound(notices_, notice.starts_at_us, {}, &Notice::starts_at_us);
    notices_.insert(place, notice);
}

void Board::emit(const Notice& notice) {
    sio::Broadcast all = io_.of("/").local();
    if (notice.org) all.to(rooms::everybody(*notice.org));
    all.emit(kEvent, notice);
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
