#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/model/notification.hpp"
#include "desk/store/sql.hpp"

namespace desk::store {

/// The notifications of one org's users, and their unread counters: the count is a row of its own, moved in the transaction that creates
/// or reads a notification, so it never drifts from what is stored.
class Notifications {
public:
    Notifications(sql::Session& session, std::string_view org) : session_(session), org_(org) {}
    std::optional<Notification> find(std::string_view user, std::string_view id) const;
    /// Newest first, after `before_id` of the last page (empty: from the newest).
    std::vector<Notification> list(std::string_view user, std::string_view before_id, std::int64_t limit, bool unread_only) const;
    UnreadCount count(std::string_view user) const;

    /// The count after it.
    UnreadCount insert(const Notification& notification);
    /// nullopt: was read before. Otherwise the count after it.
    std::optional<UnreadCount> mark_read(std::string_view user, std::string_view id, std::int64_t now_us);
    /// Marks all; the ids of those that were unread, oldest first.
    std::vector<std::string> mark_all_read(std::string_view user, std::int64_t now_us);
    /// Moves the counter by `by`.
    UnreadCount move_count(std::string_view user, std::int64_t by);

private:
    sql::Session& session_;
    std::string_view org_;
};

}  // namespace desk::store
