#include "desk/chat/commands.hpp"
#include "desk/model/access.hpp"
#include "desk/rest/page.hpp"
#include "desk/rest/query.hpp"
#include "desk/rest/routes.hpp"
#include "desk/rest/run.hpp"
#include "sio/base/bytes.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::rest {

namespace {

using sio::http::Method;

constexpr char kPart = '~';  // no id holds one

std::string cursor_of(const Ticket& ticket) { return std::to_string(ticket.updated_at_us) + kPart + ticket.id; }

Result<void> put_cursor(store::TicketFilter& filter, std::string_view cursor) {
    if (cursor.empty()) return {};
    const auto part = cursor.find(kPart);
    const auto time = sio::parse_decimal(cursor.substr(0, part));
    const std::string_view id = part == std::string_view::npos ? std::string_view{} : cursor.substr(part + 1);
    if (!time || *time > INT64_MAX || !is_valid_id(id)) return invalid("cursor", "MALFORMED");
    filter.before_updated_at_us = static_cast<std::int64_t>(*time);
    filter.before_id = id;
    return {};
}

Result<store::TicketFilter> read_filter(const Call& call) {
    Query query(call.request);
    store::TicketFilter filter;
    filter.status = query.one_of<TicketStatus>("status");
    filter.limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    filter.updated_since_us = query.time_us("updatedSince");
    if (const std::string assignee = query.text("assignee"); assignee == "none")
        filter.unassigned = true;
    else if (!assignee.empty())
        filter.assignee = assignee == "me" ? call.actor().user : assignee;
    if (std::string team = query.text("team"); !team.empty()) filter.team = std::move(team);
    if (auto wrong = query.error()) return std::unexpected(std::move(*wrong));
    if (auto put = put_cursor(filter, query.text("cursor")); !put) return std::unexpected(std::move(put.error()));
    return filter;
}

std::string list_tickets(const store::Snapshot& snapshot, const Actor& actor, store::TicketFilter filter) {
    const AccessRules rules = snapshot.orgs().rules();
    if (!is_staff(actor.role)) {
        filter.customer = actor.user;
        if (rules.share_company_tickets) filter.company = actor.company;
    }
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().key("items").begin_array();
    const auto next = fill_page<Ticket>(
        filter.limit,
        [&](const Ticket* after, std::int64_t limit) {
            if (after != nullptr) {
                filter.before_updated_at_us = after->updated_at_us;
                filter.before_id = after->id;
            }
            filter.limit = limit;
            return snapshot.tickets().list(filter);
        },
        [&](const Ticket& ticket) {
            if (!can_access(actor, ticket, rules)) return false;
            write_ticket(w, ticket, actor.view());
            return true;
        },
        cursor_of);
    w.end_array().field("nextCursor", next).end_object();
    return json;
}

void tickets(store::Store& store, const Call& call, Reply reply) {
    auto filter = read_filter(call);
    if (!filter) return reply.refuse(filter.error());
    read(store, call, std::move(reply),
         [identity = call.identity, filter = std::move(*filter)](const store::Snapshot& snapshot) -> Result<std::string> {
             return list_tickets(snapshot, identity->actor, filter);
         });
}

std::string list_conversations(const store::Snapshot& snapshot, const Actor& actor, store::ConversationFilter filter) {
    const AccessRules rules = snapshot.orgs().rules();
    if (!is_staff(actor.role)) filter.customer = actor.user;
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().key("items").begin_array();
    const auto next = fill_page<Conversation>(
        filter.limit,
        [&](const Conversation* after, std::int64_t limit) {
            if (after != nullptr) filter.before_id = after->id;
            filter.limit = limit;
            return snapshot.conversations().list(filter);
        },
        [&](const Conversation& conversation) {
            if (!can_access(actor, conversation, rules)) return false;
            w.value(sio::json::Raw{chat::describe(snapshot, conversation)});
            return true;
        },
        [](const Conversation& conversation) { return conversation.id; });
    w.end_array().field("nextCursor", next).end_object();
    return json;
}

void conversations(store::Store& store, const Call& call, Reply reply) {
    Query query(call.request);
    store::ConversationFilter filter;
    filter.status = query.one_of<ConversationStatus>("status");
    filter.limit = query.number("limit", kListLimit, 1, kMaxListLimit);
    filter.before_id = query.text("cursor");
    if (auto wrong = query.error()) return reply.refuse(*wrong);
    if (!filter.before_id.empty() && !is_valid_id(filter.before_id)) return reply.refuse(invalid("cursor", "MALFORMED").error());
    read(store, call, std::move(reply),
         [identity = call.identity, filter = std::move(filter)](const store::Snapshot& snapshot) -> Result<std::string> {
             return list_conversations(snapshot, identity->actor, filter);
         });
}

}  // namespace

void add_list_routes(Api& api, store::Store& store) {
    api.add(Method::Get, "/v1/tickets", [&store](const Call& call, Reply reply) { tickets(store, call, std::move(reply)); });
    api.add(Method::Get, "/v1/conversations", [&store](const Call& call, Reply reply) { conversations(store, call, std::move(reply)); });
}

}  // namespace desk::rest
