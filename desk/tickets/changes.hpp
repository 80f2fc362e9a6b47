#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/people.hpp"
#include "desk/model/ticket.hpp"
#include "desk/store/transaction.hpp"

/// Changing a ticket's fields: PATCH, assignment, status.
namespace desk::tickets {

/// What is given is set; an inner nullopt clears. Emits ticket:updated, then ticket:assigned and ticket:status where those changed; nothing
/// when nothing differs. Who loses access is put out before (AccessChange in the row).
/// Errors: RoomNotFound, Forbidden (customers change nothing here), Conflict {reason: VERSION, version} when `if_version` is not the
/// ticket's, InvalidPayload (unknown user or team), PayloadTooLarge.
struct ChangeTicket {
    std::string ticket;
    std::optional<std::int64_t> if_version;
    std::optional<std::string> subject;
    std::optional<TicketStatus> status;
    std::optional<Priority> priority;
    std::optional<std::optional<std::string>> assignee;
    std::optional<std::optional<std::string>> team;
    std::optional<std::string> requester;
    std::optional<std::vector<std::string>> participants;
    std::optional<std::vector<std::string>> tags;
    std::optional<std::string> custom_fields_json;  ///< a JSON object, in place of the old one
};

struct ChangeOutcome {
    Ticket ticket;
    bool changed = false;
};

Result<ChangeOutcome> run(store::Transaction& tx, const Actor& actor, const ChangeTicket& command);

}  // namespace desk::tickets
