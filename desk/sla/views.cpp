#include <string>
#include <vector>

#include "desk/sla/commands.hpp"
#include "desk/sla/policies.hpp"
#include "sio/base/json_writer.hpp"

namespace desk::sla {
namespace {

template <class T>
std::string list_of(const std::vector<T>& items, const std::optional<std::string>& next) {
    std::string json;
    sio::json::Writer w(json);
    w.begin_object().key("items").begin_array();
    for (const T& item : items) w.value(item);
    w.end_array().field("nextCursor", next).end_object();
    return json;
}

template <class T>
Result<std::string> shown(const std::optional<T>& item) {
    if (!item) return fail(ErrorCode::RoomNotFound);
    return sio::json::text(*item).str();
}

}  // namespace

Result<std::string> show_calendar(const store::Snapshot& snapshot, const Actor& actor, const std::string& id) {
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    return shown(Calendars(snapshot.session(), snapshot.org()).find(id));
}

Result<std::string> list_calendars(const store::Snapshot& snapshot, const Actor& actor, const std::string& after, std::int64_t limit) {
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    const auto items = Calendars(snapshot.session(), snapshot.org()).list(after, limit);
    const bool full = static_cast<std::int64_t>(items.size()) == limit;
    return list_of(items, full ? std::optional(items.back().id) : std::nullopt);
}

Result<std::string> show_policy(const store::Snapshot& snapshot, const Actor& actor, const std::string& id) {
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    return shown(Policies(snapshot.session(), snapshot.org()).find(id));
}

Result<std::string> list_policies(const store::Snapshot& snapshot, const Actor& actor) {
    if (!is_staff(actor.role)) return fail(ErrorCode::Forbidden);
    return list_of(Policies(snapshot.session(), snapshot.org()).all(), std::nullopt);
}

}  // namespace desk::sla
