#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sio/base/ids.hpp"

/// Names of records: `ticket_`, `msg_`, ... + ULID are ours; those that come from outside are taken as they are.  Thread: any.
namespace desk {

enum class IdKind : std::uint8_t {
    Ticket,
    Message,
    Conversation,
    Notification,
    User,
    Team,
    Org,
    Event,
    Maintenance,
    ApiKey,
    Calendar,
    SlaPolicy
};

std::string_view prefix(IdKind kind);

/// `[A-Za-z0-9_.@|+=-]{1,128}`: no `:`, which separates the parts of a room's name.
bool is_valid_id(std::string_view id);

/// Makes ids. Each is greater than those before it of the same generator.  Thread: one.
class IdGenerator {
public:
    std::string next(IdKind kind, std::int64_t now_us);

private:
    sio::UlidGenerator ulids_;
};

/// `evt_` + a ULID whose random part begins with `seq` (40 bits) and ends with 40 random ones: an eventId leads to its row of the log
/// without an index, and sorts like the log. Pre: seq < 2^40.
std::string event_id(std::int64_t now_us, std::int64_t seq);

/// The seq in an eventId made by `event_id`; nullopt for anything else. The caller compares the row's own eventId.
std::optional<std::int64_t> seq_in_event_id(std::string_view id);

}  // namespace desk
