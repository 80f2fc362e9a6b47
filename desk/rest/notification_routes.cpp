#include "desk/model/fields.hpp"
#include "desk/notifications/commands.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/requests.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

constexpr std::size_t kMaxReceivers = 1000;

std::string items(const std::vector<Notification>& notifications, const std::string& next) {
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().field("items", notifications);
    w.field("nextCursor", next.empty() ? std::optional<std::string>() : std::optional(next)).end_object();
    return json;
}

void create(store::Store& store, const Call& call, Reply reply) {
    auto command = read_create_notifications(call.body);
    if (!command) return reply.refuse(command.error());
    write(
        store, call, std::move(reply), 201,
        [identity = call.identity, command = std::move(*command)](store::Transaction& tx) { return run(tx, identity->actor, command); },
        [](const notifications::CreateOutcome& outcome) { return items(outcome.created, {}); });
}

void list(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    const std::int64_t limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    const bool unread = query.text("unread") == "true";
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    read(store, call, std::move(reply),
         [identity = call.identity, limit, unread, after = query.text("cursor")](const store::Snapshot& snapshot) -> Result<std::string> {
             const auto found = snapshot.notifications().list(identity->actor.user, after, limit, unread);
             const bool full = static_cast<std::int64_t>(found.size()) == limit;
             return items(found, full ? found.back().id : std::string());
         });
}

void count(store::Store& store, const Call& call, Reply reply) {
    read(store, call, std::move(reply), [identity = call.identity](const store::Snapshot& snapshot) -> Result<std::string> {
        return sio::json::text(snapshot.notifications().count(identity->actor.user)).str();
    });
}

std::string shown(const notifications::ReadOutcome& outcome) { return sio::json::text(outcome.count).str(); }

void mark_read(store::Store& store, const Call& call, Reply reply) {
    write(
        store, call, std::move(reply), 200,
        [identity = call.identity, command = notifications::MarkRead{call.path[0]}](store::Transaction& tx) {
            return run(tx, identity->actor, command);
        },
        shown);
}

void mark_all(store::Store& store, const Call& call, Reply reply) {
    write(
        store, call, std::move(reply), 200,
        [identity = call.identity](store::Transaction& tx) { return run(tx, identity->actor, notifications::MarkAllRead{}); }, shown);
}

}  // namespace

Result<notifications::CreateNotifications> read_create_notifications(sio::json::Value body) {
    Fields fields(body);
    notifications::CreateNotifications command;
    command.users = fields.ids("userIds", kMaxReceivers);
    command.type = fields.one_of("type", NotificationType::System);
    command.title = fields.text("title");
    command.message = fields.text("message");
    command.data_json = fields.object("data");
    command.link = fields.optional_text("link");
    command.priority = fields.one_of("priority", Priority::Normal);
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

void add_notification_routes(Api& api, store::Store& store) {
    const auto add = store_routes(api, store);
    add(Method::Post, "/v1/notifications", create);
    add(Method::Get, "/v1/notifications", list);
    add(Method::Get, "/v1/notifications/count", count);
    add(Method::Post, "/v1/notifications/read-all", mark_all);
    add(Method::Post, "/v1/notifications/{id}/read", mark_read);
}

}  // namespace desk::rest
