#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "desk/model/people.hpp"
#include "desk/rest/if_match.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "sio/base/json_writer.hpp"

/// Handlers of the records that admins keep: people, calendars and the like. `Read` makes a command of a body, `run` beside the command's
/// type runs it and gives the record; `Show` and `List` read for an actor.
namespace desk::rest::records {

template <class Record>
std::string text_of(const Record& record) {
    return sio::json::text(record).str();
}
inline std::string text_of(const User& user) { return to_json(user, View::Staff); }

/// Runs a command that answers with what it made or changed.
template <class Command>
void act(store::Store& store, const Call& call, Reply reply, int status, Command command) {
    write(
        store, call, std::move(reply), status,
        [identity = call.identity, command = std::move(command)](store::Transaction& tx) { return run(tx, identity->actor, command); },
        [](const auto& made) { return text_of(made); });
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

template <auto Show>
void show(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity, id = call.path[0]](const store::Snapshot& snapshot) { return Show(snapshot, identity->actor, id); });
}

/// All there are.
template <auto List>
void list(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity](const store::Snapshot& snapshot) { return List(snapshot, identity->actor); });
}

/// A page of them, by id.
template <auto List>
void list_page(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    const std::int64_t limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply), [identity = call.identity, after = query.text("cursor"), limit](const store::Snapshot& snapshot) {
        return List(snapshot, identity->actor, after, limit);
    });
}

}  // namespace desk::rest::records
