#include "desk/model/ticket_sla.hpp"

#include <algorithm>

#include "desk/model/time.hpp"
#include "sio/base/json.hpp"

namespace desk {
namespace {

constexpr std::int64_t kSecondUs = 1'000'000;

}  // namespace

std::optional<std::int64_t> SlaTarget::fires_us() const {
    if (state != SlaState::Running || !due_us) return std::nullopt;
    return !warned && warn_us ? std::min(*warn_us, *due_us) : *due_us;
}

SlaTarget* TicketSla::find(SlaGoal goal) {
    const auto at = std::ranges::find(targets, goal, &SlaTarget::goal);
    return at == targets.end() ? nullptr : &*at;
}

void write_json(sio::json::Writer& w, const TicketSla& sla) {
    if (sla.policy.empty()) {
        w.value(nullptr);
        return;
    }
    w.begin_object().field("policyId", sla.policy).key("targets").begin_array();
    for (const SlaTarget& target : sla.targets) {
        if (target.state == SlaState::Cancelled) continue;
        w.begin_object().field("target", to_string(target.goal)).field("dueAt", iso(target.due_us));
        w.field("state", to_string(target.state)).field("warned", target.warned);
        if (target.state == SlaState::Paused)
            w.field("remainingSec", std::max<std::int64_t>(0, target.promised_us - target.used_us) / kSecondUs);
        w.end_object();
    }
    w.end_array().end_object();
}

std::string to_stored(const TicketSla& sla) {
    std::string out;
    sio::json::Writer w(out);
    w.begin_object().field("policy", sla.policy).key("history").begin_array();
    for (const auto& [since_us, status] : sla.history) w.begin_array().value(since_us).value(to_string(status)).end_array();
    w.end_array().key("targets").begin_array();
    for (const SlaTarget& t : sla.targets) {
        w.begin_object().field("goal", to_string(t.goal)).field("state", to_string(t.state)).field("warned", t.warned);
        w.field("start", t.start_us).field("promised", t.promised_us).field("warnAfter", t.warn_after_us).field("used", t.used_us);
        w.field("since", t.since_us).field("warn", t.warn_us).field("due", t.due_us).field("finished", t.finished_us).end_object();
    }
    w.end_array().end_object();
    return out;
}

std::optional<TicketSla> sla_from_stored(std::string_view json) {
    thread_local sio::json::Parser parser;
    const auto stored = parser.parse_copy(json);
    if (!stored || !stored->is_object()) return std::nullopt;
    TicketSla sla;
    sla.policy = (*stored)["policy"].string().value_or("");
    for (const auto stretch : (*stored)["history"].elements()) {
        const auto status = from_string<TicketStatus>(stretch.at(1).string().value_or(""));
        sla.history.push_back({stretch.at(0).integer().value_or(0), status.value_or(TicketStatus::New)});
    }
    for (const auto value : (*stored)["targets"].elements()) {
        SlaTarget& t = sla.targets.emplace_back();
        t.goal = from_string<SlaGoal>(value["goal"].string().value_or("")).value_or(SlaGoal::Resolution);
        t.state = from_string<SlaState>(value["state"].string().value_or("")).value_or(SlaState::Cancelled);
        t.warned = value["warned"].boolean().value_or(false);
        t.start_us = value["start"].integer().value_or(0);
        t.promised_us = value["promised"].integer().value_or(0);
        t.warn_after_us = value["warnAfter"].integer().value_or(0);
        t.used_us = value["used"].integer().value_or(0);
        t.since_us = value["since"].integer();
        t.warn_us = value["warn"].integer();
        t.due_us = value["due"].integer();
        t.finished_us = value["finished"].integer();
    }
    return sla;
}

}  // namespace desk
