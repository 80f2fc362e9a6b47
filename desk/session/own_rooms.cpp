#include "desk/session/own_rooms.hpp"

#include "desk/session/rooms.hpp"

namespace desk {

namespace {

template <class Visit>
void for_each_own_room(const Actor& actor, Visit visit) {
    visit(rooms::everybody(actor.org));
    visit(rooms::user(actor.org, actor.user));
    const bool staff = is_staff(actor.role);
    for (const std::string& team : actor.teams) {
        visit(rooms::team(actor.org, team));
        if (staff) visit(rooms::team_staff(actor.org, team));
    }
    if (staff) visit(rooms::staff(actor.org));
    if (actor.role == Role::Admin) visit(rooms::admins(actor.org));
}

}  // namespace

void join_own_rooms(sio::Socket& socket, const Actor& actor) {
    for_each_own_room(actor, [&](const std::string& room) { socket.join(room); });
}

void leave_own_rooms(sio::Socket& socket, const Actor& actor) {
    for_each_own_room(actor, [&](const std::string& room) { socket.leave(room); });
}

}  // namespace desk
