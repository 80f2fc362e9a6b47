#include "desk/chat/online_share.hpp"

#include <algorithm>

#include "sio/base/json.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::chat {

void write_person(sio::json::Writer& w, const Actor& actor) {
    w.field("id", actor.user).field("name", actor.name).field("avatarUrl", actor.avatar_url).field("role", to_string(actor.role));
}

std::string to_share(const std::vector<const Actor*>& people) {
    std::string text;
    if (people.empty()) return text;
    sio::json::Writer w(text);
    w.begin_array();
    for (const Actor* each : people) {
        w.begin_object();
        write_person(w, *each);
        w.end_object();
    }
    w.end_array();
    return text;
}

std::vector<Actor> people_in(const std::vector<std::string>& shares, std::string_view org) {
    thread_local sio::json::Parser parser;
    std::vector<Actor> people;
    for (const std::string& share : shares) {
        const auto list = parser.parse_copy(share);
        if (!list) continue;
        for (const auto each : list->elements()) {
            Actor actor;
            actor.org = org;
            actor.user = each["id"].string().value_or("");
            actor.name = each["name"].string().value_or("");
            if (const auto url = each["avatarUrl"].string()) actor.avatar_url = std::string(*url);
            actor.role = from_string<Role>(each["role"].string().value_or("")).value_or(Role::Customer);
            if (std::ranges::find(people, actor.user, &Actor::user) == people.end()) people.push_back(std::move(actor));
        }
    }
    return people;
}

bool is_same(const Actor& a, const Actor& b) { return a.name == b.name && a.role == b.role && a.avatar_url == b.avatar_url; }

}  // namespace desk::chat
