#include "desk/model/people.hpp"

#include "desk/model/time.hpp"

namespace desk {

void write_json(sio::json::Writer& w, const UserRef& user) {
    w.begin_object()
        .raw_key(R"("id":)")
        .value(user.id)
        .raw_key(R"("name":)")
        .value(user.name)
        .raw_key(R"("avatarUrl":)")
        .value(user.avatar_url);
    w.raw_key(R"("role":)").value(to_string(user.role)).end_object();
}

std::string to_json(const User& user, View view) {
    std::string out;
    sio::json::Writer w(out);
    w.begin_object().field("id", user.ref.id).field("name", user.ref.name).field("avatarUrl", user.ref.avatar_url);
    w.field("role", to_string(user.ref.role)).field("orgId", user.org);
    if (view == View::Staff) w.field("email", user.email).field("company", user.company);
    w.field("teamIds", user.teams).field("active", user.active).field("locale", user.locale).field("timezone", user.timezone);
    w.field("version", user.version).field("updatedAt", iso(user.updated_at_us)).end_object();
    return out;
}

void write_json(sio::json::Writer& w, const Team& team) {
    w.begin_object().field("id", team.id).field("name", team.name).field("version", team.version).end_object();
}

void write_json(sio::json::Writer& w, const Org& org) {
    w.begin_object()
        .field("id", org.id)
        .field("name", org.name)
        .field("timezone", org.timezone)
        .field("visibility", to_string(org.visibility));
    w.field("shareCompanyTickets", org.share_company_tickets).field("version", org.version).end_object();
}

Actor system_actor(std::string org) {
    Actor actor;
    actor.org = std::move(org);
    actor.user = "system";
    actor.name = "System";
    actor.role = Role::System;
    return actor;
}

}  // namespace desk
