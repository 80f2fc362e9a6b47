#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/model/people.hpp"
#include "desk/model/ticket_sla.hpp"

namespace desk {

/// A ticket without its messages. Customers' counts leave internal notes out.
struct Ticket {
    struct Counter {
        std::int64_t count = 0;
        std::optional<std::int64_t> last_at_us;
        bool operator==(const Counter&) const = default;
    };

    std::string id;
    std::int64_t number = 0;
    std::string org;
    std::string subject;
    TicketStatus status = TicketStatus::New;
    Priority priority = Priority::Normal;
    Channel channel = Channel::Web;
    UserRef requester;
    std::optional<std::string> company;  ///< the requester's
    std::optional<UserRef> assignee;
    std::optional<std::string> team;
    std::vector<std::string> participants;
    std::vector<std::string> tags;
    std::string custom_fields_json = "{}";  ///< a JSON object
    Counter messages;
    Counter public_messages;
    std::optional<std::int64_t> waiting_since_us;
    std::optional<std::int64_t> first_responded_at_us;
    std::optional<std::int64_t> resolved_at_us;
    std::optional<std::int64_t> closed_at_us;
    std::optional<TicketSla> sla;
    std::int64_t created_at_us = 0;
    std::int64_t updated_at_us = 0;
    std::int64_t version = 1;

    bool operator==(const Ticket&) const = default;

    /// Puts the ticket into `next` and moves resolvedAt, closedAt and waitingSince with it.
    void set_status(TicketStatus next, std::int64_t now_us);
};

void write_ticket(sio::json::Writer& w, const Ticket& ticket, View view);
std::string to_json(const Ticket& ticket, View view);

/// What one transaction did to a ticket, as `changes` and `previous` of TicketUpdate: JSON objects with the same keys, `{}` when this
/// view sees no difference. Identity, version and updatedAt are not among them.
struct TicketDiff {
    std::string changes = "{}";
    std::string previous = "{}";
    bool empty() const { return changes.size() == 2; }
};
TicketDiff diff(const Ticket& before, const Ticket& after, View view);

/// A file that belongs to a message; the bytes live elsewhere.
struct Attachment {
    std::string id;
    std::string name;
    std::string mime;
    std::int64_t size = 0;
    std::string url;
    bool operator==(const Attachment&) const = default;
};
void write_json(sio::json::Writer& w, const Attachment& attachment);

/// A message of a ticket.
struct Message {
    std::string id;
    std::string ticket;
    std::int64_t number = 0;
    UserRef author;
    std::string content;
    MessageType type = MessageType::Text;
    Visibility visibility = Visibility::Public;
    std::string attachments_json = "[]";
    std::optional<std::string> in_reply_to;
    std::optional<std::string> client_message_id;
    std::int64_t created_at_us = 0;
    std::optional<std::int64_t> edited_at_us;

    bool operator==(const Message&) const = default;
};
void write_json(sio::json::Writer& w, const Message& message);
std::string to_json(const Message& message);

}  // namespace desk
