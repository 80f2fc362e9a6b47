#include "desk/rest/publish_items.hpp"

#include <algorithm>

#include "desk/chat/requests.hpp"
#include "desk/model/fields.hpp"
#include "desk/rest/requests.hpp"
#include "desk/session/bare_rooms.hpp"
#include "desk/session/rooms.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/socketio/event.hpp"

namespace desk::rest {

namespace {

constexpr std::size_t kMaxRooms = 100;
constexpr std::size_t kMaxEventName = 100;
constexpr std::size_t kMaxItemId = 255;

bool is_item_id(std::string_view id) {
    return !id.empty() && id.size() <= kMaxItemId && std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

Result<RawEvent> read_raw(Fields& fields, const PublishItem& item) {
    RawEvent raw;
    raw.event = item.event;
    raw.nsp = fields.optional_text("namespace").value_or("/");
    if (std::ranges::find(kNamespaces, raw.nsp) == kNamespaces.end()) fields.wrong("namespace", "UNKNOWN_VALUE");
    if (sio::reserved_event(raw.event)) fields.wrong("event", "RESERVED");
    const auto names = fields.texts("rooms", kMaxRooms);
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    for (const auto& name : names) {
        auto rooms = rooms_named(name, item.org);
        if (!rooms) return std::unexpected(std::move(rooms.error()));
        for (auto& room : *rooms) raw.rooms.push_back(std::move(room));
    }
    if (raw.rooms.empty()) raw.rooms.push_back(rooms::everybody(item.org));
    if (const auto data = fields.member("data")) raw.data_json = sio::json::text(data).str();
    return raw;
}

Result<PublishedChatMessage> read_chat(sio::json::Value data) {
    auto message = chat::read_chat_message(data);
    if (!message) return std::unexpected(std::move(message.error()));
    Fields fields(data);
    PublishedChatMessage read{std::nullopt, std::move(*message)};
    read.message.conversation = fields.id("conversationId");
    // One message is one message, by whichever of the two names its backend knows it.
    if (!read.message.client_message_id) read.message.client_message_id = fields.optional_id("id");
    // The backend answers for who may write where.
    read.message.joined = true;
    if (const auto sender = fields.member("sender"); sender && !sender.is_null()) {
        auto person = tickets::read_person(sender, "sender");
        if (!person) return std::unexpected(std::move(person.error()));
        read.sender = std::move(*person);
    }
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return read;
}

template <class T>
Result<PublishedCommand> as_command(Result<T> read) {
    if (!read) return std::unexpected(std::move(read.error()));
    return PublishedCommand(std::move(*read));
}

Result<PublishedCommand> read_ticket(sio::json::Value data, const PublishItem& item, const std::optional<std::string>& audience) {
    if (const auto org = data["orgId"].string(); org && *org != item.org) return invalid("orgId", "OTHER_ORG");
    auto ticket = tickets::read_published_ticket(data);
    if (ticket) ticket->staff_only = audience == "staff";
    return as_command(std::move(ticket));
}

Result<people::PublishUser> read_user(sio::json::Value data, const PublishItem& item) {
    if (const auto org = data["orgId"].string(); org && *org != item.org) return invalid("orgId", "OTHER_ORG");
    return people::read_published_user(data);
}

Result<PublishedCommand> read_command(Fields& fields, const PublishItem& item) {
    if (fields.member("namespace") || fields.member("rooms")) return as_command(read_raw(fields, item));
    const auto audience = fields.optional_text("audience");
    if (audience && audience != "all" && audience != "staff") fields.wrong("audience", "UNKNOWN_VALUE");
    const bool ticket = item.event == "ticket:created" || item.event == "ticket:updated";
    if (audience == "staff" && !ticket) fields.wrong("audience", "NOT_FOR_THIS_EVENT");
    const auto data = fields.member("data");
    if (!data.is_object()) fields.wrong("data", "NOT_AN_OBJECT");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    if (ticket) return read_ticket(data, item, audience);
    if (item.event == "ticket:message") return as_command(tickets::read_published_message(data));
    if (item.event == "chat:message") return as_command(read_chat(data));
    if (item.event == "user:updated") return as_command(read_user(data, item));
    if (item.event == "notification") return as_command(read_create_notifications(data));
    return invalid("event", "UNKNOWN_VALUE");
}

void read_common(Fields& fields, PublishItem& item, const std::optional<std::string>& default_org) {
    if (auto org = fields.optional_id("org"))
        item.org = std::move(*org);
    else if (default_org)
        item.org = *default_org;
    else
        fields.wrong("org", "REQUIRED");
    item.event = fields.text("event");
    if (item.event.empty() || item.event.size() > kMaxEventName) fields.wrong("event", "OUT_OF_RANGE");
    item.id = fields.optional_text("id");
    if (item.id && !is_item_id(*item.id)) fields.wrong("id", "MALFORMED");
    const auto by = fields.member("by");
    if (!by || by.is_null()) return;
    auto person = tickets::read_person(by, "by");
    if (!person) return fields.wrong("by", "NOT_A_PERSON");
    item.by = std::move(*person);
}

}  // namespace

PublishItem read_publish_item(sio::json::Value value, const std::optional<std::string>& default_org, std::size_t max_bytes) {
    PublishItem item;
    Fields fields(value);
    if (value.is_object()) read_common(fields, item, default_org);
    item.refused = fields.error();
    if (item.refused) return item;
    if (sio::json::text(value).view().size() > max_bytes) {
        item.refused = Error{ErrorCode::PayloadTooLarge}.with("limit", static_cast<std::int64_t>(max_bytes));
        return item;
    }
    Fields rest(value);
    auto command = read_command(rest, item);
    if (command)
        item.command = std::move(*command);
    else
        item.refused = std::move(command.error());
    return item;
}

Result<std::vector<std::string>> rooms_named(std::string_view name, std::string_view org) {
    auto rooms = rooms_by_name(name, org);
    if (!rooms.empty()) return rooms;
    constexpr std::string_view kOrg = "org:";
    if (name.starts_with(kOrg) && is_valid_id(name.substr(kOrg.size())))
        return fail(Error{ErrorCode::Forbidden}.with("field", "rooms").because("OTHER_ORG"));
    return invalid("rooms", "UNKNOWN_ROOM");
}

}  // namespace desk::rest
