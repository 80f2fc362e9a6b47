#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "desk/tickets/commands.hpp"
#include "desk/tickets/requests.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

void create(store::Store& store, const Call& call, Reply reply) {
    auto command = tickets::read_create_ticket(call.body);
    if (!command) return reply.refuse(std::move(command.error()));
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) {
            return tickets::run(tx, identity->actor, command);
        },
        [view = call.actor().view()](tickets::TicketOutcome outcome) { return to_json(outcome.ticket, view); });
}

void show(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply),
         [identity = call.identity, id = call.path[0]](const store::Snapshot& snapshot) -> Result<std::string> {
             const auto ticket = tickets::accessible_ticket(snapshot, identity->actor, id);
             if (!ticket) return std::unexpected(ticket.error());
             return to_json(*ticket, identity->actor.view());
         });
}

void add_message(store::Store& store, const Call& call, Reply reply) {
    auto message = tickets::read_new_message(call.body);
    if (!message) return reply.refuse(std::move(message.error()));
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = tickets::AddTicketMessage{call.path[0], std::move(*message)}](store::Transaction& tx) {
            return tickets::run(tx, identity->actor, command);
        },
        [](const tickets::MessageOutcome& outcome) { return to_json(outcome.message); });
}

}  // namespace

void add_ticket_routes(Api& api, store::Store& store) {
    api.add(Method::Post, "/v1/tickets", [&store](const Call& call, Reply reply) { create(store, call, std::move(reply)); });
    api.add(Method::Get, "/v1/tickets/{id}", [&store](const Call& call, Reply reply) { show(store, call, std::move(reply)); });
    api.add(Method::Post, "/v1/tickets/{id}/messages",
            [&store](const Call& call, Reply reply) { add_message(store, call, std::move(reply)); });
}

}  // namespace desk::rest
