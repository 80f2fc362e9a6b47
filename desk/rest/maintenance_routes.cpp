#include "desk/rest/maintenance_routes.hpp"

#include <memory>

#include "desk/model/fields.hpp"
#include "desk/rest/idempotency.hpp"
#include "sio/base/clock.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

/// `org` of a notice for everybody; no id.
constexpr std::string_view kEveryOrg = "*";

/// A time in ISO 8601; nullopt when absent or null.
std::optional<std::int64_t> time_us(Fields& fields, std::string_view name) {
    const auto text = fields.optional_text(name);
    if (!text) return std::nullopt;
    const auto ms = sio::parse_iso8601(*text);
    if (!ms) fields.wrong(name, "NOT_A_TIME");
    return ms ? std::optional(*ms * 1000) : std::nullopt;
}

Result<maintenance::Create> read_create(const Call& call) {
    Fields fields(call.body);
    maintenance::Create command;
    command.message = fields.text("message");
    const auto starts = time_us(fields, "startsAt");
    if (!starts) fields.wrong("startsAt", "REQUIRED");
    command.starts_at_us = starts.value_or(0);
    command.ends_at_us = time_us(fields, "endsAt");
    const auto org = fields.optional_text("org");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    command.all_orgs = org == kEveryOrg;
    if (org && !command.all_orgs && *org != call.actor().org) return fail(ErrorCode::Forbidden);
    return command;
}

Result<maintenance::Change> read_change(const Call& call) {
    Fields fields(call.body);
    maintenance::Change command{
        .id = call.path[0], .message = fields.optional_text("message"), .starts_at_us = time_us(fields, "startsAt"), .ends_at_us = {}};
    // Null takes the end away.
    if (fields.member("endsAt")) command.ends_at_us = time_us(fields, "endsAt");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

struct Doors {
    store::Store& store;
    maintenance::Board& board;
    maintenance::Reach admins;

    maintenance::Reach reach_of(const Call& call) const {
        if (call.key && call.key->may(KeyScope::Admin))
            return call.key->orgs.size() > 1 ? maintenance::Reach::AllOrgs : maintenance::Reach::OwnOrg;
        return call.actor().role == Role::Admin ? admins : maintenance::Reach::None;
    }

    /// Runs the command, once for each Idempotency-Key, and tells what came of it.
    template <class Command>
    void write(const Call& call, Reply reply, int status, Result<Command> command) const {
        if (!command) return reply.refuse(command.error());
        auto made = std::make_shared<std::optional<maintenance::Notice>>();
        store.write(
            call.actor().org,
            [made, status, reach = reach_of(call), identity = call.identity, idempotency = call.idempotency,
             command = std::move(*command)](store::Transaction& tx) {
                return once(tx, idempotency, [&]() -> Result<Answer> {
                    auto notice = run(tx, identity->actor, reach, command);
                    if (!notice) return std::unexpected(std::move(notice.error()));
                    Answer answer{status, sio::json::text(*notice).str(), false, {}};
                    *made = std::move(*notice);
                    return answer;
                });
            },
            [made, &board = board, reply = std::move(reply)](Result<Answer> outcome) mutable {
                if (outcome && *made) board.tell(**made);
                reply.finish(std::move(outcome));
            });
    }
};

}  // namespace

void add_maintenance_routes(Api& api, store::Store& store, maintenance::Board& board, maintenance::Reach admins) {
    const Doors doors{store, board, admins};
    api.add(Method::Post, "/v1/maintenance",
            [doors](const Call& call, Reply reply) { doors.write(call, std::move(reply), 201, read_create(call)); });
    api.add(Method::Patch, "/v1/maintenance/{id}",
            [doors](const Call& call, Reply reply) { doors.write(call, std::move(reply), 200, read_change(call)); });
    api.add(Method::Delete, "/v1/maintenance/{id}", [doors](const Call& call, Reply reply) {
        doors.write(call, std::move(reply), 200, Result<maintenance::Cancel>(maintenance::Cancel{call.path[0]}));
    });
    api.add(Method::Get, "/v1/maintenance", [&board](const Call& call, Reply reply) {
        std::string json;
        sio::json::Writer w(json);
        w.begin_object().field("items", board.current(call.actor().org)).end_object();
        reply.send(200, std::move(json));
    });
}

}  // namespace desk::rest
