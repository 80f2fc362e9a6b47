#include "desk/store/notification_repository.hpp"

#include "desk/store/columns.hpp"

namespace desk::store {
namespace {

#define DESK_NOTIFICATION_COLUMNS                                                                                          \
    "SELECT n.id, n.user_id, n.type, n.title, n.message, n.data, n.link, n.actor_id, u.id, u.name, u.avatar_url, u.role, " \
    "n.priority, n.read_at, n.created_at FROM notifications n LEFT JOIN users u ON u.org = n.org AND u.id = n.actor_id "   \
    "WHERE n.org = ?1 AND n.user_id = ?2"

constexpr sql::Sql kFind{DESK_NOTIFICATION_COLUMNS " AND n.id = ?3"};
constexpr sql::Sql kList{DESK_NOTIFICATION_COLUMNS
                         " AND (?3 = '' OR n.id < ?3) AND (n.read_at IS NULL OR ?5 = 0) ORDER BY n.id DESC LIMIT ?4"};
constexpr sql::Sql kCount{"SELECT unread, rev FROM unread_counts WHERE org = ?1 AND user_id = ?2"};
constexpr sql::Sql kInsert{
    "INSERT INTO notifications (org, user_id, id, type, title, message, data, link, actor_id, priority, read_at, created_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"};
constexpr sql::Sql kMarkRead{"UPDATE notifications SET read_at = ?4 WHERE org = ?1 AND user_id = ?2 AND id = ?3 AND read_at IS NULL"};
constexpr sql::Sql kUnread{"SELECT id FROM notifications WHERE org = ?1 AND user_id = ?2 AND read_at IS NULL ORDER BY id"};
constexpr sql::Sql kMarkAll{"UPDATE notifications SET read_at = ?3 WHERE org = ?1 AND user_id = ?2 AND read_at IS NULL"};
constexpr sql::Sql kMove{
    "INSERT INTO unread_counts (org, user_id, unread, rev) VALUES (?1, ?2, ?3, 1) ON CONFLICT (org, user_id) DO UPDATE SET "
    "unread = unread_counts.unread + excluded.unread, rev = unread_counts.rev + 1 RETURNING unread, rev"};

#undef DESK_NOTIFICATION_COLUMNS

Notification read_notification(const sql::Rows& row) {
    Notification n;
    n.id = row.text(0);
    n.user = row.text(1);
    n.type = word<NotificationType>(row, 2);
    n.title = row.text(3);
    n.message = row.text(4);
    n.data_json = row.text(5);
    n.link = row.maybe_text(6);
    if (!row.is_null(7)) n.actor = user_ref(row, 8, row.view(7));
    n.priority = word<Priority>(row, 12);
    n.read_at_us = row.maybe_integer(13);
    n.created_at_us = row.integer(14);
    return n;
}

}  // namespace

std::optional<Notification> Notifications::find(std::string_view user, std::string_view id) const {
    auto row = session_.query(kFind, org_, user, id);
    if (!row.next()) return std::nullopt;
    return read_notification(row);
}

std::vector<Notification> Notifications::list(std::string_view user, std::string_view before_id, std::int64_t limit,
                                              bool unread_only) const {
    std::vector<Notification> out;
    auto rows = session_.query(kList, org_, user, before_id, limit, unread_only);
    while (rows.next()) out.push_back(read_notification(rows));
    return out;
}

UnreadCount Notifications::count(std::string_view user) const {
    auto row = session_.query(kCount, org_, user);
    if (!row.next()) return {};
    return {row.integer(0), row.integer(1)};
}

UnreadCount Notifications::insert(const Notification& n) {
    const auto actor = n.actor ? std::optional<std::string_view>(n.actor->id) : std::nullopt;
    session_.run(kInsert, org_, n.user, n.id, to_string(n.type), n.title, n.message, n.data_json, n.link, actor, to_string(n.priority),
                 n.read_at_us, n.created_at_us);
    return move_count(n.user, 1);
}

std::optional<UnreadCount> Notifications::mark_read(std::string_view user, std::string_view id, std::int64_t now_us) {
    if (session_.run(kMarkRead, org_, user, id, now_us) == 0) return std::nullopt;
    return move_count(user, -1);
}

std::vector<std::string> Notifications::mark_all_read(std::string_view user, std::int64_t now_us) {
    std::vector<std::string> ids;
    {
        auto rows = session_.query(kUnread, org_, user);
        while (rows.next()) ids.push_back(rows.text(0));
    }
    if (!ids.empty()) session_.run(kMarkAll, org_, user, now_us);
    return ids;
}

UnreadCount Notifications::move_count(std::string_view user, std::int64_t by) {
    auto row = session_.query(kMove, org_, user, by);
    if (!row.next()) return {};
    return {row.integer(0), row.integer(1)};
}

}  // namespace desk::store
