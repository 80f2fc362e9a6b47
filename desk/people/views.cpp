#include "desk/people/views.hpp"

#include <vector>

#include "sio/base/json_writer.hpp"

namespace desk::people {

namespace {

/// `{items, nextCursor}`; each item is written by `show`.
template <class T, class Show, class Id>
std::string page_of(const std::vector<T>& items, std::int64_t limit, Show show, Id id) {
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().key("items").begin_array();
    for (const T& item : items) w.value(sio::json::Raw{show(item)});
    const bool full = static_cast<std::int64_t>(items.size()) == limit;
    w.end_array().field("nextCursor", full ? std::optional(id(items.back())) : std::nullopt).end_object();
    return json;
}

bool is_colleague(const User& user) { return is_staff(user.ref.role) && user.active; }

/// Of an org nobody has set up: the defaults.
Org org_of(const store::Snapshot& snapshot) {
    if (auto stored = snapshot.orgs().find()) return *stored;
    Org org;
    org.id = org.name = snapshot.org();
    return org;
}

}  // namespace

Result<std::string> show_user(const store::Snapshot& snapshot, const Actor& actor, const std::string& id) {
    const auto user = snapshot.users().find(id);
    if (!user) return fail(ErrorCode::RoomNotFound);
    if (is_staff(actor.role) || actor.user == id) return to_json(*user, View::Staff);
    if (!is_colleague(*user)) return fail(ErrorCode::RoomNotFound);
    return sio::json::text(user->ref).str();
}

Result<std::string> list_users(const store::Snapshot& snapshot, const Actor& actor, const UserPage& page) {
    const auto id = [](const User& user) { return user.ref.id; };
    if (!is_staff(actor.role)) {
        return page_of(
            snapshot.users().list_staff(page.after, page.limit), page.limit,
            [](const User& user) { return sio::json::text(user.ref).str(); }, id);
    }
    const auto users = page.role ? snapshot.users().list(*page.role, page.after, page.limit)
                                 : snapshot.users().list(page.after, page.limit);
    return page_of(users, page.limit, [](const User& user) { return to_json(user, View::Staff); }, id);
}

Result<std::string> show_team(const store::Snapshot& snapshot, const Actor& actor, const std::string& id) {
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    const auto team = snapshot.teams().find(id);
    if (!team) return fail(ErrorCode::RoomNotFound);
    return sio::json::text(*team).str();
}

Result<std::string> list_teams(const store::Snapshot& snapshot, const Actor& actor, const std::string& after, std::int64_t limit) {
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    return page_of(
        snapshot.teams().list(after, limit), limit, [](const Team& team) { return sio::json::text(team).str(); },
        [](const Team& team) { return team.id; });
}

Result<std::string> show_org(const store::Snapshot& snapshot, const Actor&, const std::string& id) {
    if (id != snapshot.org()) return fail(ErrorCode::RoomNotFound);
    return sio::json::text(org_of(snapshot)).str();
}

Result<std::string> list_orgs(const store::Snapshot& snapshot, const Actor&) {
    return page_of(
        std::vector<Org>{org_of(snapshot)}, 2, [](const Org& org) { return sio::json::text(org).str(); },
        [](const Org& org) { return org.id; });
}

}  // namespace desk::people
