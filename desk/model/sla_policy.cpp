#include "desk/model/sla_policy.hpp"

#include <algorithm>

#include "desk/model/fields.hpp"
#include "desk/model/text.hpp"

namespace desk {
namespace {

bool absent(sio::json::Value value) { return !value || value.is_null(); }

/// The words of an enum as members, each read by `read`. Others are refused.
template <Named E, class Read>
Result<void> each_member(std::string_view field, sio::json::Value object, Read read) {
    if (!object.is_object()) return invalid(field, "NOT_AN_OBJECT");
    for (const auto [name, value] : object.members()) {
        const auto word = from_string<E>(name);
        if (!word) return invalid(field, "UNKNOWN_VALUE");
        if (value.is_null()) continue;
        if (auto done = read(static_cast<std::size_t>(*word), value); !done) return done;
    }
    return {};
}

}  // namespace

void write_json(sio::json::Writer& w, const SlaMatch& match) {
    w.begin_object();
    if (match.priority) w.field("priority", to_string(*match.priority));
    if (match.team) w.field("teamId", *match.team);
    if (match.channel) w.field("channel", to_string(*match.channel));
    if (match.tag) w.field("tag", *match.tag);
    if (match.company) w.field("company", *match.company);
    w.end_object();
}

void write_json(sio::json::Writer& w, const SlaWarnAt& warn_at) {
    w.begin_object();
    if (warn_at.minutes_before)
        w.field("minutesBefore", *warn_at.minutes_before);
    else
        w.field("percent", warn_at.percent);
    w.end_object();
}

void write_promises(sio::json::Writer& w, const SlaPromises& promises) {
    w.begin_object();
    for (std::size_t goal = 0; goal < promises.size(); ++goal) {
        if (std::ranges::none_of(promises[goal], [](const auto& seconds) { return seconds.has_value(); })) continue;
        w.key(Names<SlaGoal>::kAll[goal]).begin_object();
        for (std::size_t priority = 0; priority < promises[goal].size(); ++priority) {
            if (promises[goal][priority]) w.field(Names<Priority>::kAll[priority], *promises[goal][priority]);
        }
        w.end_object();
    }
    w.end_object();
}

void write_statuses(sio::json::Writer& w, const std::vector<TicketStatus>& statuses) {
    w.begin_array();
    for (const TicketStatus status : statuses) w.value(to_string(status));
    w.end_array();
}

void write_json(sio::json::Writer& w, const SlaPolicy& policy) {
    w.begin_object().field("id", policy.id).field("name", policy.name).field("position", policy.position).field("active", policy.active);
    w.field("match", policy.match).key("targets");
    write_promises(w, policy.promises);
    w.field("calendarId", policy.calendar).key("pauseOn");
    write_statuses(w, policy.pause_on);
    w.field("warnAt", policy.warn_at).field("version", policy.version).end_object();
}

Result<SlaMatch> read_sla_match(sio::json::Value value) {
    SlaMatch match;
    Fields fields(value);
    if (!absent(fields.member("priority"))) match.priority = fields.one_of("priority", Priority::Normal);
    match.team = fields.optional_id("teamId");
    if (!absent(fields.member("channel"))) match.channel = fields.one_of("channel", Channel::Web);
    match.tag = fields.optional_text("tag");
    match.company = fields.optional_text("company");
    if (auto wrong = fields.error()) return std::unexpected(std::move(*wrong));
    for (auto* text : {&match.tag, &match.company}) {
        if (!*text) continue;
        auto checked = required_text("match", **text, kMaxName);
        if (!checked) return fail(std::move(checked.error()));
        *text = std::move(*checked);
    }
    return match;
}

Result<SlaPromises> read_promises(sio::json::Value value) {
    SlaPromises promises;
    bool any = false;
    auto done = each_member<SlaGoal>("targets", value, [&](std::size_t goal, sio::json::Value of_goal) {
        return each_member<Priority>("targets", of_goal, [&](std::size_t priority, sio::json::Value seconds) -> Result<void> {
            const auto number = seconds.integer();
            if (!number || *number < 1 || *number > kMaxPromiseS) return invalid("targets", "OUT_OF_RANGE");
            promises[goal][priority] = number;
            any = true;
            return {};
        });
    });
    if (!done) return fail(std::move(done.error()));
    if (!any) return invalid("targets", "REQUIRED");
    return promises;
}

Result<std::vector<TicketStatus>> read_statuses(sio::json::Value value) {
    std::vector<TicketStatus> statuses;
    if (!value.is_array()) return invalid("pauseOn", "NOT_AN_ARRAY");
    for (const auto item : value.elements()) {
        const auto status = from_string<TicketStatus>(item.string().value_or(""));
        // Done tickets are not worked on anyway.
        if (!status || is_done(*status)) return invalid("pauseOn", "UNKNOWN_VALUE");
        if (std::ranges::find(statuses, *status) == statuses.end()) statuses.push_back(*status);
    }
    return statuses;
}

Result<SlaWarnAt> read_warn_at(sio::json::Value value) {
    if (!value.is_object()) return invalid("warnAt", "NOT_AN_OBJECT");
    SlaWarnAt warn_at;
    const auto percent = value["percent"];
    const auto minutes = value["minutesBefore"];
    if (absent(percent) == absent(minutes)) return invalid("warnAt", "PERCENT_OR_MINUTES_BEFORE");
    if (!absent(percent)) {
        warn_at.percent = percent.integer().value_or(0);
        if (warn_at.percent < 1 || warn_at.percent > 99) return invalid("warnAt", "OUT_OF_RANGE");
        return warn_at;
    }
    warn_at.minutes_before = minutes.integer().value_or(0);
    if (*warn_at.minutes_before < 1 || *warn_at.minutes_before > kMaxPromiseS / 60) return invalid("warnAt", "OUT_OF_RANGE");
    return warn_at;
}

bool matches(const SlaMatch& match, const Ticket& ticket) {
    return (!match.priority || *match.priority == ticket.priority) && (!match.team || match.team == ticket.team) &&
           (!match.channel || *match.channel == ticket.channel) &&
           (!match.tag || std::ranges::find(ticket.tags, *match.tag) != ticket.tags.end()) &&
           (!match.company || match.company == ticket.company);
}

bool match_differs(const Ticket& before, const Ticket& after) {
    return before.priority != after.priority || before.team != after.team || before.channel != after.channel || before.tags != after.tags ||
           before.company != after.company;
}

}  // namespace desk
