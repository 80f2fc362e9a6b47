#include "desk/session/bare_rooms.hpp"

#include <algorithm>
#include <array>

#include "desk/model/ids.hpp"
#include "desk/session/rooms.hpp"
#include "sio/base/clock.hpp"

namespace desk {

namespace {

constexpr std::int64_t kLogEveryMs = 10'000;
constexpr std::string_view kFull = "o:";
constexpr std::string_view kTicket = "ticket:";
constexpr std::string_view kOrg = "org:";
constexpr std::array<std::string_view, 4> kBare{"user:", "team:", kTicket, "conv:"};

bool is_bare(std::string_view room) {
    return std::ranges::any_of(kBare, [&](std::string_view kind) { return room.starts_with(kind); });
}

}  // namespace

std::vector<std::string> rooms_by_name(std::string_view name, std::string_view org) {
    const auto colon = name.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view kind = name.substr(0, colon + 1);
    const std::string_view id = name.substr(colon + 1);
    if (!is_valid_id(id)) return {};
    if (kind == "user:") return {rooms::user(org, id)};
    if (kind == "team:") return {rooms::team(org, id)};
    if (kind == "conv:") return {rooms::conversation(org, id)};
    if (kind == kTicket) return {rooms::ticket_staff(org, id), rooms::ticket_customers(org, id)};
    if (kind == kOrg && id == org) return {rooms::everybody(org)};
    return {};
}

void BareRooms::saw(std::string_view org) {
    if (!asks_for_orgs()) return;
    const std::scoped_lock lock(mutex_);
    if (only_.empty())
        only_ = org;
    else if (only_ != org)
        several_.store(true, std::memory_order_relaxed);
}

std::vector<std::string> BareRooms::named(std::string_view room) {
    if (room.starts_with(kFull)) {
        const auto end = room.find(':', kFull.size());
        if (end == std::string_view::npos || !room.substr(end + 1).starts_with(kTicket)) return {};
        return rooms_by_name(room.substr(end + 1), room.substr(kFull.size(), end - kFull.size()));
    }
    if (room.starts_with(kOrg)) return rooms_by_name(room, room.substr(kOrg.size()));
    if (!is_bare(room)) return {};
    const auto org = org_of(room);
    return org ? rooms_by_name(room, *org) : std::vector<std::string>();
}

std::optional<std::string> BareRooms::org_of(std::string_view room) {
    if (!org_.empty()) return org_;
    const std::scoped_lock lock(mutex_);
    if (!several_) return only_.empty() ? std::nullopt : std::optional(only_);
    if (const auto now = sio::unix_ms(); now - logged_ms_ >= kLogEveryMs) {
        logged_ms_ = now;
        log_.warn("a room was named without its org, and there are several: nobody is meant, unless bare_rooms says who", {{"room", room}});
    }
    return std::nullopt;
}

}  // namespace desk
