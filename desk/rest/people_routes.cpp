#include "desk/people/commands.hpp"
#include "desk/people/requests.hpp"
#include "desk/people/views.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/records.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

void list_users(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    people::UserPage page{query.text("cursor"), query.number("limit", kListLimit, 1, kMaxListLimit), query.one_of<Role>("role")};
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply), [identity = call.identity, page = std::move(page)](const store::Snapshot& snapshot) {
        return people::list_users(snapshot, identity->actor, page);
    });
}

}  // namespace

void add_people_routes(Api& api, store::Store& store, const Directory& directory) {
    const auto add = store_routes(api, store);
    /// For what would make a record that the directory has no room for.
    const auto add_bounded = [&](Method method, std::string_view pattern, void (*handler)(store::Store&, const Call&, Reply)) {
        api.add(method, pattern, [&store, &directory, handler](const Call& call, Reply reply) {
            if (directory.records_full()) return reply.refuse(Error{ErrorCode::Unavailable}.with("limit", "user_records"));
            handler(store, call, std::move(reply));
        });
    };
    add_bounded(Method::Post, "/v1/users", records::create<people::read_create_user>);
    add_bounded(Method::Patch, "/v1/users/{id}", records::change<people::read_change_user>);
    add(Method::Get, "/v1/users", list_users);
    add(Method::Get, "/v1/users/{id}", records::show<people::show_user>);
    add(Method::Post, "/v1/teams", records::create<people::read_create_team>);
    add(Method::Patch, "/v1/teams/{id}", records::change<people::read_change_team>);
    add(Method::Get, "/v1/teams", records::list_page<people::list_teams>);
    add(Method::Get, "/v1/teams/{id}", records::show<people::show_team>);
    add(Method::Post, "/v1/orgs", records::create<people::read_create_org>);
    add(Method::Patch, "/v1/orgs/{id}", records::change<people::read_change_org>);
    add(Method::Get, "/v1/orgs", records::list<people::list_orgs>);
    add(Method::Get, "/v1/orgs/{id}", records::show<people::show_org>);
}

}  // namespace desk::rest
