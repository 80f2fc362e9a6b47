#include "desk/model/text.hpp"
#include "desk/tickets/checks.hpp"
#include "desk/tickets/publish.hpp"
#include "desk/tickets/requests.hpp"
#include "sio/base/clock.hpp"

namespace desk::tickets {
namespace {

constexpr std::size_t kMaxUrl = 2'048;
constexpr std::int64_t kMostCounted = 1'000'000'000'000;  // far below what event ids and doubles hold

std::optional<std::int64_t> whole(Fields& fields, std::string_view name, std::int64_t least) {
    const auto value = fields.member(name);
    if (!value || value.is_null()) return std::nullopt;
    const auto number = value.integer();
    if (!number || *number < least || *number > kMostCounted) fields.wrong(name, "OUT_OF_RANGE");
    return number;
}

PublishTicket::Time time(Fields& fields, std::string_view name) {
    const auto value = fields.member(name);
    if (!value) return std::nullopt;
    if (value.is_null()) return std::optional<std::int64_t>();
    const auto ms = sio::parse_iso8601(value.string().value_or(""));
    if (!ms) fields.wrong(name, "NOT_A_TIME");
    return std::optional(ms.value_or(0) * 1000);
}

/// Of a person that is named, or null.
std::optional<std::optional<UserRef>> person(Fields& fields, std::string_view name) {
    const auto value = fields.member(name);
    if (!value) return std::nullopt;
    if (value.is_null()) return std::optional<UserRef>();
    auto read = read_person(value, name);
    if (!read) fields.wrong(name, "NOT_A_PERSON");
    return read ? std::optional(std::move(*read)) : std::optional<UserRef>();
}

template <Named E>
std::optional<E> word(Fields& fields, std::string_view name) {
    const auto value = fields.member(name);
    if (!value || value.is_null()) return std::nullopt;
    return fields.one_of(name, E{});
}

}  // namespace

Result<UserRef> read_person(sio::json::Value person, std::string_view field) {
    Fields fields(person);
    UserRef ref;
    ref.id = fields.id("id");
    const std::string name = fields.optional_text("name").value_or(ref.id);
    ref.avatar_url = fields.optional_text("avatarUrl");
    ref.role = fields.one_of("role", Role::Customer);
    if (fields.error()) return invalid(field, "NOT_A_PERSON");
    auto bounded = required_text(field, name, kMaxName);
    if (!bounded) return fail(std::move(bounded.error()));
    ref.name = std::move(*bounded);
    if (ref.avatar_url && ref.avatar_url->size() > kMaxUrl) return invalid(field, "NOT_A_PERSON");
    return ref;
}

Result<PublishTicket> read_published_ticket(sio::json::Value body) {
    Fields fields(body);
    PublishTicket command;
    command.id = fields.id("id");
    const auto version = whole(fields, "version", 1);
    if (!version) fields.wrong("version", "REQUIRED");
    command.version = version.value_or(0);
    command.number = whole(fields, "number", 1);
    command.subject = fields.optional_text("subject");
    command.status = word<TicketStatus>(fields, "status");
    command.priority = word<Priority>(fields, "priority");
    command.channel = word<Channel>(fields, "channel");
    if (auto requester = person(fields, "requester")) command.requester = std::move(*requester);
    command.assignee = person(fields, "assignee");
    if (fields.member("teamId")) command.team = fields.optional_id("teamId");
    if (fields.member("participantIds")) command.participants = fields.ids("participantIds", kMaxParticipants);
    if (fields.member("tags")) command.tags = fields.texts("tags", kMaxTags);
    if (fields.member("customFields")) command.custom_fields_json = fields.object("customFields");
    command.message_count = whole(fields, "messageCount", 0);
    command.public_message_count = whole(fields, "publicMessageCount", 0);
    command.last_message_at_us = time(fields, "lastMessageAt");
    command.public_last_message_at_us = time(fields, "publicLastMessageAt");
    command.waiting_since_us = time(fields, "waitingSince");
    command.first_responded_at_us = time(fields, "firstRespondedAt");
    command.resolved_at_us = time(fields, "resolvedAt");
    command.closed_at_us = time(fields, "closedAt");
    command.created_at_us = time(fields, "createdAt");
    command.updated_at_us = time(fields, "updatedAt");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

Result<PublishMessage> read_published_message(sio::json::Value body) {
    auto message = read_new_message(body);
    if (!message) return fail(std::move(message.error()));
    Fields fields(body);
    PublishMessage command{fields.id("ticketId"), std::nullopt, std::move(*message)};
    command.message.id = fields.optional_id("id");
    if (auto created = time(fields, "createdAt")) command.message.created_at_us = *created;
    if (auto author = person(fields, "author")) command.author = std::move(*author);
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

}  // namespace desk::tickets
