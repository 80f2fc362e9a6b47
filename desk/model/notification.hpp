#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "desk/model/enums.hpp"
#include "desk/model/people.hpp"

namespace desk {

/// A notice to one person.
struct Notification {
    std::string id;
    std::string user;
    NotificationType type = NotificationType::System;
    std::string title;
    std::string message;
    std::string data_json = "{}";  ///< {ticketId, conversationId, messageId}
    std::optional<std::string> link;
    std::optional<UserRef> actor;
    Priority priority = Priority::Normal;
    std::optional<std::int64_t> read_at_us;
    std::int64_t created_at_us = 0;
};
void write_json(sio::json::Writer& w, const Notification& notification);
std::string to_json(const Notification& notification);

/// How many a person has not read. `rev` grows with every change, so that a client keeps the newest count only.
struct UnreadCount {
    std::int64_t unread = 0;
    std::int64_t rev = 0;
    bool operator==(const UnreadCount&) const = default;
};
void write_json(sio::json::Writer& w, const UnreadCount& count);

}  // namespace desk
