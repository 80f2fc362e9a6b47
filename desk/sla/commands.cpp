#include "desk/sla/commands.hpp"

#include "desk/model/business_time.hpp"
#include "desk/model/ids.hpp"
#include "desk/model/text.hpp"
#include "desk/sla/policies.hpp"

namespace desk::sla {
namespace {

using store::Transaction;

constexpr std::int64_t kBetweenPositions = 10;

Result<void> may_write(const Actor& actor) {
    if (actor.administers()) return {};
    return fail(ErrorCode::Forbidden);
}

Result<void> must_be_new(const std::optional<std::string>& id, bool exists, std::int64_t count) {
    if (id && !is_valid_id(*id)) return invalid("id", "MALFORMED");
    if (exists) return fail(Error{ErrorCode::Conflict, {}, {}}.because("EXISTS"));
    if (count >= kMaxOfOrg) return fail(Error{ErrorCode::Conflict, {}, {}}.because("TOO_MANY"));
    return {};
}

Result<void> set_name(const std::optional<std::string>& wanted, std::string& name) {
    if (!wanted) return {};
    auto text = required_text("name", *wanted, kMaxName);
    if (!text) return fail(std::move(text.error()));
    name = std::move(*text);
    return {};
}

Result<void> apply(const CalendarFields& fields, Calendar& calendar) {
    if (auto named = set_name(fields.name, calendar.name); !named) return named;
    if (fields.timezone) {
        if (!is_known_timezone(*fields.timezone)) return invalid("timezone", "UNKNOWN_TIMEZONE");
        calendar.timezone = *fields.timezone;
    }
    if (fields.hours) calendar.hours = *fields.hours;
    if (fields.holidays) calendar.holidays = *fields.holidays;
    return {};
}

Result<void> apply(Transaction& tx, const PolicyFields& fields, SlaPolicy& policy) {
    if (auto named = set_name(fields.name, policy.name); !named) return named;
    if (fields.position) policy.position = *fields.position;
    if (fields.active) policy.active = *fields.active;
    if (fields.match) policy.match = *fields.match;
    if (fields.promises) policy.promises = *fields.promises;
    if (fields.calendar) {
        if (*fields.calendar && !Calendars(tx.session(), tx.org()).find(**fields.calendar))
            return invalid("calendarId", "UNKNOWN_CALENDAR");
        policy.calendar = *fields.calendar;
    }
    if (fields.pause_on) policy.pause_on = *fields.pause_on;
    if (fields.warn_at) policy.warn_at = *fields.warn_at;
    return {};
}

/// Whether clocks that run by it run differently now.
bool counts_differently(const SlaPolicy& before, const SlaPolicy& after) {
    return before.promises != after.promises || before.calendar != after.calendar || before.pause_on != after.pause_on ||
           before.warn_at != after.warn_at;
}

}  // namespace

Result<Calendar> run(Transaction& tx, const Actor& actor, const CreateCalendar& command) {
    if (auto may = may_write(actor); !may) return fail(std::move(may.error()));
    Calendars calendars(tx.session(), tx.org());
    auto fresh = must_be_new(command.id, command.id && calendars.find(*command.id), calendars.count());
    if (!fresh) return fail(std::move(fresh.error()));
    if (!command.fields.name) return invalid("name", "REQUIRED");
    if (!command.fields.hours) return invalid("hours", "REQUIRED");
    Calendar calendar;
    calendar.id = command.id ? *command.id : tx.next_id(IdKind::Calendar);
    if (auto done = apply(command.fields, calendar); !done) return fail(std::move(done.error()));
    calendars.save(calendar);
    return calendar;
}

Result<Calendar> run(Transaction& tx, const Actor& actor, const ChangeCalendar& command) {
    if (auto may = may_write(actor); !may) return fail(std::move(may.error()));
    Calendars calendars(tx.session(), tx.org());
    const auto before = calendars.find(command.id);
    if (!before) return fail(ErrorCode::RoomNotFound);
    if (auto same = must_match(command.if_version, before->version); !same) return fail(std::move(same.error()));
    Calendar after = *before;
    if (auto done = apply(command.fields, after); !done) return fail(std::move(done.error()));
    if (after == *before) return after;
    ++after.version;
    calendars.save(after);
    Policies policies(tx.session(), tx.org());
    for (const SlaPolicy& policy : policies.of_calendar(after.id)) policies.begin_recount(policy.id);
    return after;
}

Result<SlaPolicy> run(Transaction& tx, const Actor& actor, const CreatePolicy& command) {
    if (auto may = may_write(actor); !may) return fail(std::move(may.error()));
    Policies policies(tx.session(), tx.org());
    const auto others = policies.all();
    auto fresh = must_be_new(command.id, command.id && policies.find(*command.id), static_cast<std::int64_t>(others.size()));
    if (!fresh) return fail(std::move(fresh.error()));
    if (!command.fields.name) return invalid("name", "REQUIRED");
    if (!command.fields.promises) return invalid("targets", "REQUIRED");
    SlaPolicy policy;
    policy.id = command.id ? *command.id : tx.next_id(IdKind::SlaPolicy);
    policy.position = others.empty() ? 0 : others.back().position + kBetweenPositions;
    if (auto done = apply(tx, command.fields, policy); !done) return fail(std::move(done.error()));
    policies.save(policy);
    tx.count_sla_policy();
    return policy;
}

Result<SlaPolicy> run(Transaction& tx, const Actor& actor, const ChangePolicy& command) {
    if (auto may = may_write(actor); !may) return fail(std::move(may.error()));
    Policies policies(tx.session(), tx.org());
    const auto before = policies.find(command.id);
    if (!before) return fail(ErrorCode::RoomNotFound);
    if (auto same = must_match(command.if_version, before->version); !same) return fail(std::move(same.error()));
    SlaPolicy after = *before;
    if (auto done = apply(tx, command.fields, after); !done) return fail(std::move(done.error()));
    if (after == *before) return after;
    ++after.version;
    policies.save(after);
    if (counts_differently(*before, after)) policies.begin_recount(after.id);
    return after;
}

}  // namespace desk::sla
