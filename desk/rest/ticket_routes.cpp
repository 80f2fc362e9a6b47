#include "desk/rest/if_match.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "desk/tickets/changes.hpp"
#include "desk/tickets/commands.hpp"
#include "desk/tickets/requests.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

void create(store::Store& store, const Call& call, Reply reply) {
    auto command = tickets::read_create_ticket(call.body);
    if (!command) return reply.refuse(command.error());
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) {
            return tickets::run(tx, identity->actor, command);
        },
        [view = call.actor().view()](const tickets::TicketOutcome& outcome) { return to_json(outcome.ticket, view); });
}

void show(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity, id = call.path[0]](const store::Snapshot& snapshot) -> Result<std::string> {
             const auto ticket = tickets::accessible_ticket(snapshot, identity->actor, id);
             if (!ticket) return std::unexpected(ticket.error());
             return to_json(*ticket, identity->actor.view());
         });
}

void change(store::Store& store, const Call& call, Reply reply) {
    auto command = tickets::read_change_ticket(call.body);
    if (!command) return reply.refuse(command.error());
    const auto version = if_match(call.request);
    if (!version) return reply.refuse(version.error());
    command->ticket = call.path[0];
    command->if_version = *version;
    write(
        store, call, std::move(reply), 200,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) {
            return tickets::run(tx, identity->actor, command);
        },
        [view = call.actor().view()](const tickets::ChangeOutcome& outcome) { return to_json(outcome.ticket, view); });
}

void messages(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    const std::int64_t limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    const std::int64_t after = query.number("cursor", 0, 0, std::int64_t{1} << 53);
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply),
         [identity = call.identity, id = call.path[0], limit, after](const store::Snapshot& snapshot) -> Result<std::string> {
             const auto ticket = tickets::accessible_ticket(snapshot, identity->actor, id);
             if (!ticket) return std::unexpected(ticket.error());
             const auto found = snapshot.ticket_messages().list(ticket->id, after, limit, is_staff(identity->actor.role));
             const bool full = static_cast<std::int64_t>(found.size()) == limit;
             std::string json;
             sio::json::Writer w(json);
             w.begin_object().field("items", found);
             w.field("nextCursor", full ? std::optional(std::to_string(found.back().number)) : std::nullopt).end_object();
             return json;
         });
}

void add_message(store::Store& store, const Call& call, Reply reply) {
    auto message = tickets::read_new_message(call.body);
    if (!message) return reply.refuse(message.error());
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = tickets::AddTicketMessage{call.path[0], std::move(*message)}](store::Transaction& tx) {
            return tickets::run(tx, identity->actor, command);
        },
        [](const tickets::MessageOutcome& outcome) { return to_json(outcome.message); });
}

}  // namespace

void add_ticket_routes(Api& api, store::Store& store) {
    const auto add = store_routes(api, store);
    add(Method::Post, "/v1/tickets", create);
    add(Method::Get, "/v1/tickets/{id}", show);
    add(Method::Patch, "/v1/tickets/{id}", change);
    add(Method::Get, "/v1/tickets/{id}/messages", messages);
    add(Method::Post, "/v1/tickets/{id}/messages", add_message);
}

}  // namespace desk::rest
