#pragma once

#include <string>
#include <string_view>

/// Names of rooms (design.md, Tenants and rooms). Each begins with its org, so that nothing sent to a room reaches another tenant.
namespace desk::rooms {

/// `name` is a room within the org, as Audience has it: `staff`, `ticket:{t}:staff`, `user:{u}`.
inline std::string of(std::string_view org, std::string_view name) {
    std::string room;
    room.reserve(3 + org.size() + name.size());
    return room.append("o:").append(org).append(":").append(name);
}
inline std::string of(std::string_view org, std::string_view kind, std::string_view id, std::string_view suffix = {}) {
    std::string room;
    room.reserve(4 + org.size() + kind.size() + id.size() + suffix.size());
    return room.append("o:").append(org).append(":").append(kind).append(":").append(id).append(suffix);
}

inline std::string everybody(std::string_view org) { return std::string("o:").append(org); }
inline std::string staff(std::string_view org) { return of(org, "staff"); }
inline std::string admins(std::string_view org) { return of(org, "admins"); }
inline std::string user(std::string_view org, std::string_view id) { return of(org, "user", id); }
inline std::string team(std::string_view org, std::string_view id) { return of(org, "team", id); }
inline std::string team_staff(std::string_view org, std::string_view id) { return of(org, "team", id, ":staff"); }
inline std::string ticket_staff(std::string_view org, std::string_view id) { return of(org, "ticket", id, ":staff"); }
inline std::string ticket_customers(std::string_view org, std::string_view id) { return of(org, "ticket", id, ":customers"); }
/// Where sockets wait that are about to enter a ticket or conversation (entry.hpp).
inline std::string pending(std::string_view org, std::string_view subject) { return of(org, "pending", subject); }
/// Who watches somebody's presence.
inline std::string presence(std::string_view org, std::string_view user) { return of(org, "presence", user); }
inline std::string conversation(std::string_view org, std::string_view id) { return of(org, "conv", id); }

}  // namespace desk::rooms
