#include "desk/model/fields.hpp"
#include "desk/people/commands.hpp"
#include "desk/people/requests.hpp"
#include "desk/people/views.hpp"
#include "desk/rest/if_match.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

template <class T>
std::string to_text(const T& item) {
    std::string json;
    sio::json::Writer w(json);
    write_json(w, item);
    return json;
}
std::string to_text(const User& user) { return to_json(user, View::Staff); }

/// Runs a command that answers with what it made or changed.
template <class Command>
void act(store::Store& store, const Call& call, Reply reply, int status, Command command) {
    write(
        store, call, std::move(reply), status,
        [identity = call.identity, command = std::move(command)](store::Transaction& tx) {
            return people::run(tx, identity->actor, command);
        },
        [](const auto& made) { return to_text(made); });
}

template <auto Read>
void create(store::Store& store, const Call& call, Reply reply) {
    auto command = Read(call.body);
    if (!command) return reply.refuse(command.error());
    act(store, call, std::move(reply), 201, std::move(*command));
}

template <auto Read>
void change(store::Store& store, const Call& call, Reply reply) {
    auto command = Read(call.body);
    if (!command) return reply.refuse(command.error());
    const auto version = if_match(call.request);
    if (!version) return reply.refuse(version.error());
    command->id = call.path[0];
    command->if_version = *version;
    act(store, call, std::move(reply), 200, std::move(*command));
}

template <auto View>
void show(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity, id = call.path[0]](const store::Snapshot& snapshot) { return View(snapshot, identity->actor, id); });
}

void list_users(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    people::UserPage page{query.text("cursor"), query.number("limit", kListLimit, 1, kMaxListLimit), query.one_of<Role>("role")};
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply), [identity = call.identity, page = std::move(page)](const store::Snapshot& snapshot) {
        return people::list_users(snapshot, identity->actor, page);
    });
}

void list_teams(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    const std::int64_t limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply), [identity = call.identity, after = query.text("cursor"), limit](const store::Snapshot& snapshot) {
        return people::list_teams(snapshot, identity->actor, after, limit);
    });
}

void list_orgs(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity](const store::Snapshot& snapshot) { return people::list_orgs(snapshot, identity->actor); });
}

}  // namespace

void add_people_routes(Api& api, store::Store& store, const Directory& directory) {
    const auto add = [&](Method method, std::string_view pattern, void (*handler)(store::Store&, const Call&, Reply)) {
        api.add(method, pattern, [&store, handler](const Call& call, Reply reply) { handler(store, call, std::move(reply)); });
    };
    /// For what would make a record that the directory has no room for.
    const auto add_bounded = [&](Method method, std::string_view pattern, void (*handler)(store::Store&, const Call&, Reply)) {
        api.add(method, pattern, [&store, &directory, handler](const Call& call, Reply reply) {
            if (directory.records_full()) return reply.refuse(Error{ErrorCode::Unavailable}.with("limit", "user_records"));
            handler(store, call, std::move(reply));
        });
    };
    add_bounded(Method::Post, "/v1/users", create<people::read_create_user>);
    add_bounded(Method::Patch, "/v1/users/{id}", change<people::read_change_user>);
    add(Method::Get, "/v1/users", list_users);
    add(Method::Get, "/v1/users/{id}", show<people::show_user>);
    add(Method::Post, "/v1/teams", create<people::read_create_team>);
    add(Method::Patch, "/v1/teams/{id}", change<people::read_change_team>);
    add(Method::Get, "/v1/teams", list_teams);
    add(Method::Get, "/v1/teams/{id}", show<people::show_team>);
    add(Method::Post, "/v1/orgs", create<people::read_create_org>);
    add(Method::Patch, "/v1/orgs/{id}", change<people::read_change_org>);
    add(Method::Get, "/v1/orgs", list_orgs);
    add(Method::Get, "/v1/orgs/{id}", show<people::show_org>);
}

}  // namespace desk::rest
