#include "desk/rest/publish_batch.hpp"
#include "desk/rest/routes.hpp"

namespace desk::rest {

namespace {

constexpr std::size_t kMaxBody = std::size_t{1} << 20;
constexpr std::string_view kOrgHeader = "X-InsightDesk-Org";

/// The org of items that name none; empty when a key has several and the request does not say.
std::optional<std::string> default_org(const Call& call) {
    if (call.key && call.key->orgs.size() > 1 && !call.request.header(kOrgHeader)) return std::nullopt;
    return call.actor().org;
}

bool may_publish_to(const Call& call, std::string_view org) { return call.key ? call.key->in(org) != nullptr : org == call.actor().org; }

bool may_administer(const Call& call, std::string_view org) {
    return call.key ? call.key->in(org)->actor.administers() : call.actor().administers();
}

/// Who publishes a user answers for it as in /v1/users: with the right to, and while the directory has room for one more.
void check_user(const Call& call, const Directory& directory, PublishItem& item) {
    auto* const user = std::get_if<people::PublishUser>(&item.command);
    if (user == nullptr) return;
    user->by_admin = may_administer(call, item.org);
    if (!directory.records_full()) return;
    item.command = std::monostate{};
    item.refused = Error{ErrorCode::Unavailable}.with("limit", "user_records");
}

Result<std::vector<PublishItem>> read_items(const Call& call, const Directory& directory, std::size_t max_bytes) {
    const auto fallback = default_org(call);
    std::vector<PublishItem> items;
    if (call.body.is_array()) {
        if (call.body.size() > kMaxPublished) {
            return fail(Error{ErrorCode::PayloadTooLarge}.because("TOO_MANY").with("limit", std::int64_t{kMaxPublished}));
        }
        for (const auto element : call.body.elements()) items.push_back(read_publish_item(element, fallback, max_bytes));
    } else {
        items.push_back(read_publish_item(call.body, fallback, max_bytes));
    }
    for (auto& item : items) {
        if (!item.org.empty() && !may_publish_to(call, item.org)) {
            return fail(Error{ErrorCode::Forbidden}.with("field", "org").because("OTHER_ORG"));
        }
        check_user(call, directory, item);
        // What names no org is still refused in somebody's transaction, so that a repeat is told the same.
        if (item.org.empty()) item.org = call.actor().org;
    }
    return items;
}

void publish(sio::Server& io, store::Store& store, const Directory& directory, std::size_t max_bytes, const Call& call, Reply reply) {
    const Role role = call.actor().role;
    if (!call.key && role != Role::Bot && role != Role::Admin) return reply.refuse(Error{ErrorCode::Forbidden});
    auto items = read_items(call, directory, max_bytes);
    if (!items) return reply.refuse(items.error());
    std::make_shared<PublishBatch>(io, std::move(*items), call.idempotency, std::move(reply))->begin(store);
}

}  // namespace

void add_publish_route(Api& api, sio::Server& io, store::Store& store, const Directory& directory, std::size_t max_event_bytes) {
    api.add(sio::http::Method::Post, "/v1/publish",
            [&io, &store, &directory, max_event_bytes](const Call& call, Reply reply) {
                publish(io, store, directory, max_event_bytes, call, std::move(reply));
            },
            {.scope = KeyScope::Publish, .key_body = kMaxBody, .any_org = true, .takes_array = true});
}

}  // namespace desk::rest
