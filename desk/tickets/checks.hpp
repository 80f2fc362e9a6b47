#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "desk/model/people.hpp"
#include "desk/model/text.hpp"
#include "desk/model/ticket.hpp"
#include "desk/store/transaction.hpp"

/// What commands that write tickets ask of their fields. Errors: InvalidPayload {field, reason}, PayloadTooLarge {field, limit}.
namespace desk::tickets {

inline constexpr std::size_t kMaxTags = 50;
inline constexpr std::size_t kMaxParticipants = 100;

/// Repaired, without repeats.
Result<std::vector<std::string>> checked_tags(const std::vector<std::string>& raw);

/// Known users, without repeats.
Result<std::vector<std::string>> checked_participants(const store::Snapshot& snapshot, const std::vector<std::string>& raw);

/// Known, active staff; none is fine.
Result<std::optional<UserRef>> checked_assignee(const store::Snapshot& snapshot, const std::optional<std::string>& id);

template <class T>
void set(T& field, const std::optional<T>& wanted) {
    if (wanted) field = *wanted;
}

/// Subject, tags, priority, custom fields and status, those that `command` has.
template <class Command>
Result<void> set_details(Ticket& ticket, const Command& command, std::int64_t now_us) {
    if (command.subject) {
        auto subject = required_text("subject", *command.subject, kMaxSubject);
        if (!subject) return fail(std::move(subject.error()));
        ticket.subject = std::move(*subject);
    }
    if (command.tags) {
        auto tags = checked_tags(*command.tags);
        if (!tags) return fail(std::move(tags.error()));
        ticket.tags = std::move(*tags);
    }
    set(ticket.priority, command.priority);
    set(ticket.custom_fields_json, command.custom_fields_json);
    if (command.status) ticket.set_status(*command.status, now_us);
    return {};
}

}  // namespace desk::tickets
