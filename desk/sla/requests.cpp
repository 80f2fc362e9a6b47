#include "desk/model/fields.hpp"
#include "desk/sla/commands.hpp"

namespace desk::sla {
namespace {

/// Positions that every client's numbers hold.
constexpr std::int64_t kMaxPosition = 1'000'000'000;

bool has(const Fields& fields, std::string_view name) {
    const auto value = fields.member(name);
    return value && !value.is_null();
}

/// Reads a member that is there by `read`.
template <class T>
Result<void> part(const Fields& fields, std::string_view name, Result<T> (*read)(sio::json::Value), std::optional<T>& into) {
    if (!has(fields, name)) return {};
    auto value = read(fields.member(name));
    if (!value) return fail(std::move(value.error()));
    into = std::move(*value);
    return {};
}

Result<CalendarFields> read_calendar_fields(Fields& fields) {
    CalendarFields calendar;
    calendar.name = fields.optional_text("name");
    calendar.timezone = fields.optional_text("timezone");
    if (auto done = part(fields, "hours", read_hours, calendar.hours); !done) return fail(std::move(done.error()));
    if (auto done = part(fields, "holidays", read_holidays, calendar.holidays); !done) return fail(std::move(done.error()));
    return calendar;
}

Result<PolicyFields> read_policy_fields(Fields& fields) {
    PolicyFields policy;
    policy.name = fields.optional_text("name");
    if (has(fields, "position")) {
        policy.position = fields.member("position").integer();
        if (!policy.position || *policy.position < -kMaxPosition || *policy.position > kMaxPosition)
            fields.wrong("position", "OUT_OF_RANGE");
    }
    if (has(fields, "active")) policy.active = fields.flag("active");
    if (fields.member("calendarId")) policy.calendar = fields.optional_id("calendarId");
    if (auto done = part(fields, "match", read_sla_match, policy.match); !done) return fail(std::move(done.error()));
    if (auto done = part(fields, "targets", read_promises, policy.promises); !done) return fail(std::move(done.error()));
    if (auto done = part(fields, "pauseOn", read_statuses, policy.pause_on); !done) return fail(std::move(done.error()));
    if (auto done = part(fields, "warnAt", read_warn_at, policy.warn_at); !done) return fail(std::move(done.error()));
    return policy;
}

template <class Command, class Read>
Result<Command> command_of(sio::json::Value body, Read read) {
    Fields fields(body);
    auto members = read(fields);
    if (!members) return fail(std::move(members.error()));
    Command command{};
    if constexpr (requires { command.if_version; }) {
        command.fields = std::move(*members);
    } else {
        command.id = fields.optional_id("id");
        command.fields = std::move(*members);
    }
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    return command;
}

}  // namespace

Result<CreateCalendar> read_create_calendar(sio::json::Value body) { return command_of<CreateCalendar>(body, read_calendar_fields); }
Result<ChangeCalendar> read_change_calendar(sio::json::Value body) { return command_of<ChangeCalendar>(body, read_calendar_fields); }
Result<CreatePolicy> read_create_policy(sio::json::Value body) { return command_of<CreatePolicy>(body, read_policy_fields); }
Result<ChangePolicy> read_change_policy(sio::json::Value body) { return command_of<ChangePolicy>(body, read_policy_fields); }

}  // namespace desk::sla
