#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/cursor.hpp"
#include "desk/model/people.hpp"
#include "desk/model/ticket.hpp"
#include "desk/store/transaction.hpp"

/// What can be done to tickets, the same from every door. Writing commands run in a transaction, reading ones in a snapshot; none knows
/// sockets, threads or HTTP. A ticket that is not there, or is another org's, is RoomNotFound; one the actor may not see is Forbidden.
namespace desk::tickets {

/// A message to write.
struct NewMessage {
    std::string content;  ///< any bytes; repaired and bounded here (desk/model/text.hpp)
    MessageType type = MessageType::Text;
    Visibility visibility = Visibility::Public;
    std::vector<Attachment> attachments;
    std::optional<std::string> in_reply_to;
    std::optional<std::string> client_message_id;
    std::optional<std::string> id;              ///< of one that a backend publishes, not there yet
    std::optional<std::int64_t> created_at_us;  ///< likewise
};

/// Emits ticket:created, and ticket:message for a first message.
/// Errors: Forbidden (a foreign requester or an id of one's own choosing need staff, an admin or bot), InvalidPayload (unknown requester,
/// team or assignee), Conflict {reason: EXISTS}, PayloadTooLarge.
struct CreateTicket {
    std::optional<std::string> id;
    std::string subject;
    Priority priority = Priority::Normal;
    Channel channel = Channel::Web;
    std::optional<std::string> requester;  ///< default: the actor
    std::optional<std::string> assignee;
    std::optional<std::string> team;
    std::vector<std::string> participants;
    std::vector<std::string> tags;
    std::string custom_fields_json = "{}";
    std::optional<NewMessage> message;
};

/// Emits ticket:updated, then ticket:message. A resend of a clientMessageId gives the first message again and emits nothing.
/// Errors: also Forbidden for a customer's internal note.
struct AddTicketMessage {
    std::string ticket;
    NewMessage message;
};

/// May the actor follow this ticket, and from which position of the log on.
struct SubscribeTicket {
    std::string ticket;
};

struct TicketOutcome {
    Ticket ticket;
    std::optional<Message> message;
};

struct MessageOutcome {
    Message message;
    bool duplicate = false;
};

struct SubscribeOutcome {
    Cursor cursor;  ///< everything up to here has been seen by who now reads the ticket
};

Result<TicketOutcome> run(store::Transaction& tx, const Actor& actor, const CreateTicket& command);
Result<MessageOutcome> run(store::Transaction& tx, const Actor& actor, const AddTicketMessage& command);
/// What AddTicketMessage does once it is known that the message may be written and is new.
Result<MessageOutcome> add_message(store::Transaction& tx, const Actor& actor, const UserRef& author, const Ticket& before,
                                   const NewMessage& wanted);
Result<SubscribeOutcome> run(const store::Snapshot& snapshot, const Actor& actor, const SubscribeTicket& command);

/// The ticket if the actor may see it. Errors: RoomNotFound, Forbidden.
Result<Ticket> accessible_ticket(const store::Snapshot& snapshot, const Actor& actor, std::string_view id);

}  // namespace desk::tickets
