#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/fields.hpp"
#include "desk/tickets/commands.hpp"

/// Tickets and messages as a backend that keeps them publishes them (domain.md 4 and 9): stored here, routed, projected and evicted
/// exactly as the commands of people do. Thread: worker, inside a transaction.
namespace desk::tickets {

/// A whole ticket with its version. What is absent stays as it is stored; null clears. A ticket that is not known is made.
/// Emits ticket:created, or ticket:updated with the difference to what is stored, ticket:assigned, ticket:status.
/// Errors: InvalidPayload, PayloadTooLarge.
struct PublishTicket {
    using Time = std::optional<std::optional<std::int64_t>>;

    std::string id;
    std::int64_t version = 0;
    std::optional<std::int64_t> number;
    std::optional<std::string> subject;
    std::optional<TicketStatus> status;
    std::optional<Priority> priority;
    std::optional<Channel> channel;
    std::optional<UserRef> requester;
    std::optional<std::optional<UserRef>> assignee;
    std::optional<std::optional<std::string>> team;
    std::optional<std::vector<std::string>> participants;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> custom_fields_json;
    std::optional<std::int64_t> message_count;
    std::optional<std::int64_t> public_message_count;  ///< without internal notes, for customers
    Time last_message_at_us;
    Time public_last_message_at_us;
    Time waiting_since_us;
    Time first_responded_at_us;
    Time resolved_at_us;
    Time closed_at_us;
    Time created_at_us;
    Time updated_at_us;
    bool staff_only = false;  ///< customers are not told of it
};

/// Emits ticket:updated, then ticket:message. Errors: also RoomNotFound for a ticket that is not known.
struct PublishMessage {
    std::string ticket;
    std::optional<UserRef> author;  ///< default: who publishes
    NewMessage message;
};

enum class Published : std::uint8_t {
    Accepted,
    Duplicate,  ///< a message of that id or clientMessageId is there
    Stale,      ///< that version, or a later one, was published before
};

/// `body` is the event's data. Errors: InvalidPayload.
Result<PublishTicket> read_published_ticket(sio::json::Value body);
Result<PublishMessage> read_published_message(sio::json::Value body);
/// A UserRef; a missing name is the id. Errors: InvalidPayload.
Result<UserRef> read_person(sio::json::Value person, std::string_view field);

Result<Published> run(store::Transaction& tx, const Actor& by, const PublishTicket& command);
Result<Published> run(store::Transaction& tx, const Actor& by, const PublishMessage& command);

/// The stored person as one who acts.
Actor actor_of(const store::Snapshot& snapshot, const UserRef& person);

}  // namespace desk::tickets
