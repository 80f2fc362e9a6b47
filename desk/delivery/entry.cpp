#include "desk/delivery/entry.hpp"

#include <algorithm>
#include <utility>

#include "desk/session/rooms.hpp"

namespace desk::entry {

namespace {
/// No committed row takes longer to reach its sockets: holes are read again within seconds.
constexpr std::int64_t kFloorMs = 10'000;
}  // namespace

void begin(sio::Socket& socket, std::string_view org, std::string_view subject) {
    auto pending = std::make_unique<Pending>();
    pending->rooms.push_back(rooms::pending(org, subject));
    socket.join(pending->rooms.front());
    seat_of(socket).pending = std::move(pending);
}

void begin_arrival(sio::Socket& socket, std::string_view org, std::span<const std::string> subjects) {
    auto pending = std::make_unique<Pending>();
    pending->arriving = true;
    for (const std::string& subject : subjects) {
        pending->rooms.push_back(rooms::pending(org, subject));
        socket.join(pending->rooms.back());
    }
    seat_of(socket).pending = std::move(pending);
}

std::unique_ptr<Pending> finish(sio::Socket& socket) {
    auto pending = std::move(seat_of(socket).pending);
    if (pending) {
        for (const std::string& room : pending->rooms) socket.leave(room);
    }
    return pending;
}

void hold(Pending& pending, Pending::Held row) {
    // A row that takes access away reaches a socket by its lists and by the subject: one loss.
    if (row.unsubscribed && !pending.held.empty() && pending.held.back().seq == row.seq && pending.held.back().unsubscribed) return;
    if (row.unsubscribed || pending.held.size() < kMaxHeld)
        pending.held.push_back(std::move(row));
    else
        pending.overflow = true;
}

void set_floor(sio::Socket& socket, std::string_view room, std::int64_t seq, bool replayed) {
    seat_of(socket).floors.push_back({std::string(room), seq, replayed, socket.connection().loop().unix_ms() + kFloorMs});
}

bool has_already(sio::Socket& socket, std::string_view room, std::int64_t seq, bool subscribers_only) {
    auto& floors = seat_of(socket).floors;
    if (floors.empty()) return false;
    std::erase_if(floors, [now = socket.connection().loop().unix_ms()](const Floor& floor) { return floor.until_ms < now; });
    const bool found = std::ranges::any_of(floors, [&](const Floor& floor) {
        return (floor.room.empty() || floor.room == room) && seq <= floor.seq && (floor.replayed || subscribers_only);
    });
    if (floors.empty()) floors.shrink_to_fit();
    return found;
}

}  // namespace desk::entry
