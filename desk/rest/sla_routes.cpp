#include "desk/rest/if_match.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "desk/sla/commands.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

template <class Command>
void act(store::Store& store, const Call& call, Reply reply, int status, Command command) {
    write(
        store, call, std::move(reply), status,
        [identity = call.identity, command = std::move(command)](store::Transaction& tx) { return sla::run(tx, identity->actor, command); },
        [](const auto& made) { return sio::json::text(made).str(); });
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

void list_calendars(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    const std::int64_t limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply), [identity = call.identity, after = query.text("cursor"), limit](const store::Snapshot& snapshot) {
        return sla::list_calendars(snapshot, identity->actor, after, limit);
    });
}

void list_policies(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity](const store::Snapshot& snapshot) { return sla::list_policies(snapshot, identity->actor); });
}

}  // namespace

void add_sla_routes(Api& api, store::Store& store) {
    const auto add = [&](Method method, std::string_view pattern, void (*handler)(store::Store&, const Call&, Reply)) {
        api.add(method, pattern, [&store, handler](const Call& call, Reply reply) { handler(store, call, std::move(reply)); });
    };
    add(Method::Post, "/v1/calendars", create<sla::read_create_calendar>);
    add(Method::Patch, "/v1/calendars/{id}", change<sla::read_change_calendar>);
    add(Method::Get, "/v1/calendars", list_calendars);
    add(Method::Get, "/v1/calendars/{id}", show<sla::show_calendar>);
    add(Method::Post, "/v1/sla-policies", create<sla::read_create_policy>);
    add(Method::Patch, "/v1/sla-policies/{id}", change<sla::read_change_policy>);
    add(Method::Get, "/v1/sla-policies", list_policies);
    add(Method::Get, "/v1/sla-policies/{id}", show<sla::show_policy>);
}

}  // namespace desk::rest
