#pragma once

#include "desk/schema/common_types.hpp"
#include "desk/schema/rest_types.hpp"
#include "desk/schema/ticket_types.hpp"

/// Policies and calendars of promises.
namespace desk::schema {

inline constexpr Type kClockTime = text(5);
inline constexpr Type kDaySpan = list(kClockTime, 2);
inline constexpr Type kDaySpans = list(kDaySpan, 24);

inline constexpr std::array kWeekHoursFields{
    opt("mon", kDaySpans, "`[[\"09:00\", \"12:00\"], …]`, up to `24:00`."),
    opt("tue", kDaySpans),
    opt("wed", kDaySpans),
    opt("thu", kDaySpans),
    opt("fri", kDaySpans),
    opt("sat", kDaySpans),
    opt("sun", kDaySpans),
};
inline constexpr Object kWeekHours{"WeekHours", "When one works; a day that is not named is free.", kWeekHoursFields};
inline constexpr Object kNewWeekHours{"NewWeekHours", "When one works; a day that is not named is free.", kWeekHoursFields, true};

inline constexpr std::array kHolidayFields{
    req("date", text(10), "`2026-12-24`"),
    maybe("from", kClockTime, "`00:00` when absent."),
    maybe("to", kClockTime, "`24:00` when absent."),
    maybe("name", text(200)),
};
inline constexpr Object kHoliday{"Holiday", "Nobody works then.", kHolidayFields};
inline constexpr Type kHolidayType = ref(kHoliday);
inline constexpr Object kNewHoliday{"NewHoliday", "Nobody works then.", kHolidayFields, true};
inline constexpr Type kNewHolidayType = ref(kNewHoliday);
inline constexpr Type kNewHolidays = list(kNewHolidayType, 1000);

inline constexpr std::array kCalendarFields{
    req("id", kId),
    req("name", kText),
    req("timezone", kText, "IANA name."),
    req("hours", ref(kWeekHours)),
    req("holidays", list(kHolidayType)),
    req("version", kCount),
};
inline constexpr Object kCalendar{"Calendar", "When an org works.", kCalendarFields};
inline constexpr Type kCalendarType = ref(kCalendar);

inline constexpr std::array kNewCalendarFields{
    opt("id", kId),
    req("name", kText),
    opt("timezone", text(64), "`UTC` when absent."),
    req("hours", ref(kNewWeekHours)),
    opt("holidays", kNewHolidays),
};
inline constexpr Object kNewCalendar{"NewCalendar", "A calendar to be made.", kNewCalendarFields, true};
inline constexpr Type kNewCalendarType = ref(kNewCalendar);

inline constexpr std::array kCalendarPatchFields{
    opt("name", kText),
    opt("timezone", text(64)),
    opt("hours", ref(kNewWeekHours), "All days anew."),
    opt("holidays", kNewHolidays, "All of them anew."),
};
inline constexpr Object kCalendarPatch{"CalendarPatch", "Members that are absent stay as they are.", kCalendarPatchFields, true};
inline constexpr Type kCalendarPatchType = ref(kCalendarPatch);

inline constexpr std::array kCalendarListFields{req("items", list(kCalendarType)), kNextCursor};
inline constexpr Object kCalendarList{"CalendarList", "Calendars, by id.", kCalendarListFields};
inline constexpr Type kCalendarListType = ref(kCalendarList);

inline constexpr std::array kSlaMatchFields{
    maybe("priority", one_of(kPriority)), maybe("teamId", kId), maybe("channel", one_of(kChannel)), maybe("tag", text(200)),
    maybe("company", text(200)),
};
inline constexpr Object kSlaMatch{"SlaMatch", "What a ticket must be; what is absent does not matter.", kSlaMatchFields};
inline constexpr Object kNewSlaMatch{"NewSlaMatch", "What a ticket must be; what is absent does not matter.", kSlaMatchFields, true};

inline constexpr Type kPromisedSeconds = nullable(integer(1, 366LL * 24 * 3600));
inline constexpr std::array kSecondsByPriorityFields{
    opt("low", kPromisedSeconds),
    opt("normal", kPromisedSeconds),
    opt("high", kPromisedSeconds),
    opt("urgent", kPromisedSeconds),
};
inline constexpr Object kSecondsByPriority{"SecondsByPriority", "Working seconds; a priority that is absent is promised nothing.",
                                           kSecondsByPriorityFields};
inline constexpr std::array kSlaPromisesFields{
    maybe("first_response", ref(kSecondsByPriority), "Until an agent's first public message."),
    maybe("next_response", ref(kSecondsByPriority), "From the oldest unanswered message to an agent's next public one."),
    maybe("resolution", ref(kSecondsByPriority), "Until it is resolved."),
};
inline constexpr Object kSlaPromises{"SlaPromises", "How soon.", kSlaPromisesFields};

inline constexpr std::array kWarnAtFields{
    maybe("percent", integer(1, 99), "After that share of the time; 80 when nothing is said."),
    maybe("minutesBefore", integer(1, 366LL * 24 * 60), "That many working minutes before."),
};
inline constexpr Object kWarnAt{"SlaWarnAt", "When to warn: one of both.", kWarnAtFields};
inline constexpr Type kTicketStatusType = one_of(kTicketStatus);
inline constexpr Type kPauseOn = list(kTicketStatusType, 10);

inline constexpr std::array kSlaPolicyFields{
    req("id", kId),
    req("name", kText),
    req("position", integer(-1'000'000'000, 1'000'000'000), "The lowest that matches a ticket holds."),
    req("active", kFlag),
    req("match", ref(kSlaMatch)),
    req("targets", ref(kSlaPromises)),
    req("calendarId", nullable(kId), "null: all the time counts."),
    req("pauseOn", kPauseOn, "Statuses in which the resolution's clock stands still."),
    req("warnAt", ref(kWarnAt)),
    req("version", kCount),
};
inline constexpr Object kSlaPolicy{"SlaPolicy", "What is promised, and of which tickets.", kSlaPolicyFields};
inline constexpr Type kSlaPolicyType = ref(kSlaPolicy);

inline constexpr std::array kNewSlaPolicyFields{
    opt("id", kId),
    req("name", kText),
    opt("position", integer(-1'000'000'000, 1'000'000'000), "Behind all others when absent."),
    opt("active", kFlag, "One that is not matches nothing new."),
    opt("match", ref(kNewSlaMatch), "Every ticket when absent."),
    req("targets", ref(kSlaPromises)),
    maybe("calendarId", kId),
    opt("pauseOn", kPauseOn, "`pending` when absent."),
    opt("warnAt", ref(kWarnAt)),
};
inline constexpr Object kNewSlaPolicy{"NewSlaPolicy", "A policy to be made.", kNewSlaPolicyFields, true};
inline constexpr Type kNewSlaPolicyType = ref(kNewSlaPolicy);

inline constexpr std::array kSlaPolicyPatchFields{
    opt("name", kText),
    opt("position", integer(-1'000'000'000, 1'000'000'000)),
    opt("active", kFlag),
    opt("match", ref(kNewSlaMatch)),
    opt("targets", ref(kSlaPromises)),
    maybe("calendarId", kId, "Null: all the time counts."),
    opt("pauseOn", kPauseOn),
    opt("warnAt", ref(kWarnAt)),
};
inline constexpr Object kSlaPolicyPatch{"SlaPolicyPatch", "Members that are absent stay as they are; open tickets count again.",
                                        kSlaPolicyPatchFields, true};
inline constexpr Type kSlaPolicyPatchType = ref(kSlaPolicyPatch);

inline constexpr std::array kSlaPolicyListFields{req("items", list(kSlaPolicyType)), kNextCursor};
inline constexpr Object kSlaPolicyList{"SlaPolicyList", "Policies in the order in which they are tried, all of them.",
                                       kSlaPolicyListFields};
inline constexpr Type kSlaPolicyListType = ref(kSlaPolicyList);

}  // namespace desk::schema
