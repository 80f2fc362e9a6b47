#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/model/calendar.hpp"
#include "desk/model/people.hpp"
#include "desk/model/sla_policy.hpp"
#include "desk/store/transaction.hpp"
#include "sio/base/json.hpp"

/// What admins promise on behalf of their org, the same from every door (domain.md 4). Writing is Forbidden to whom is no admin, reading
/// to whom is not on the staff. Of an id that is not there: RoomNotFound. `if_version` that is not the stored one: Conflict {version,
/// reason: VERSION}. An org has at most kMaxOfOrg of each: Conflict {reason: TOO_MANY}. Open tickets of a policy that changed, itself or by
/// its calendar, are counted again afterwards.
namespace desk::sla {

inline constexpr std::int64_t kMaxOfOrg = 200;

struct CalendarFields {
    std::optional<std::string> name;
    std::optional<std::string> timezone;
    std::optional<WeekHours> hours;
    std::optional<std::vector<Holiday>> holidays;
};
/// Errors: Conflict {reason: EXISTS}; InvalidPayload (name and hours are needed, an unknown time zone).
struct CreateCalendar {
    std::optional<std::string> id;
    CalendarFields fields;
};
struct ChangeCalendar {
    std::string id;
    std::optional<std::int64_t> if_version;
    CalendarFields fields;
};

struct PolicyFields {
    std::optional<std::string> name;
    std::optional<std::int64_t> position;
    std::optional<bool> active;
    std::optional<SlaMatch> match;
    std::optional<SlaPromises> promises;
    std::optional<std::optional<std::string>> calendar;
    std::optional<std::vector<TicketStatus>> pause_on;
    std::optional<SlaWarnAt> warn_at;
};
/// It holds for tickets that are made from now on, and for others from the next change of what a policy looks at. Without a position it is
/// tried last. Errors: Conflict {reason: EXISTS}; InvalidPayload (name and targets are needed, an unknown calendar).
struct CreatePolicy {
    std::optional<std::string> id;
    PolicyFields fields;
};
struct ChangePolicy {
    std::string id;
    std::optional<std::int64_t> if_version;
    PolicyFields fields;
};

Result<Calendar> run(store::Transaction& tx, const Actor& actor, const CreateCalendar& command);
Result<Calendar> run(store::Transaction& tx, const Actor& actor, const ChangeCalendar& command);
Result<SlaPolicy> run(store::Transaction& tx, const Actor& actor, const CreatePolicy& command);
Result<SlaPolicy> run(store::Transaction& tx, const Actor& actor, const ChangePolicy& command);

/// JSON. Calendars by id after `after`; policies, all of them, in the order in which they are tried.
Result<std::string> show_calendar(const store::Snapshot& snapshot, const Actor& actor, const std::string& id);
Result<std::string> list_calendars(const store::Snapshot& snapshot, const Actor& actor, const std::string& after, std::int64_t limit);
Result<std::string> show_policy(const store::Snapshot& snapshot, const Actor& actor, const std::string& id);
Result<std::string> list_policies(const store::Snapshot& snapshot, const Actor& actor);

/// What clients write, as commands; absent members stay, null takes a policy's calendar away. Errors: InvalidPayload.
Result<CreateCalendar> read_create_calendar(sio::json::Value body);
Result<ChangeCalendar> read_change_calendar(sio::json::Value body);
Result<CreatePolicy> read_create_policy(sio::json::Value body);
Result<ChangePolicy> read_change_policy(sio::json::Value body);

}  // namespace desk::sla
