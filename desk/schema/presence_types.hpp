#pragma once

#include "desk/schema/common_types.hpp"
#include "desk/schema/ticket_types.hpp"

/// Presence, and the metrics of /dashboard.
namespace desk::schema {

inline constexpr std::array kPresenceFields{req("userId", kId), req("status", one_of(kPresenceStatus)), maybe("lastSeen", kTime)};
inline constexpr Object kPresence{"UserPresence", "Whether somebody is there.", kPresenceFields};
inline constexpr Type kPresenceType = ref(kPresence);
inline constexpr Type kPresenceList = list(kPresenceType);

inline constexpr std::array kSetPresenceFields{
    req("status", one_of(kPresenceStatus)),
    opt("auto", kFlag, "Set by the client itself after a while without input; never beats what the user chose."),
};
inline constexpr Object kSetPresence{"SetPresence", "The caller's status.", kSetPresenceFields, true};
inline constexpr Type kSetPresenceType = ref(kSetPresence);

inline constexpr Type kWatched = list(kId, 500);
inline constexpr std::array kUserIdsFields{req("userIds", kWatched)};
inline constexpr Object kUserIds{"UserIds", "Some users.", kUserIdsFields, true};
inline constexpr Type kUserIdsType = ref(kUserIds);

inline constexpr Field kMetricsOrg = req("orgId", kId);
inline constexpr Field kMetricsAsOf = req("asOf", kTime);
inline constexpr Field kMetricsRev = req("rev", kCount, "Drop what is not greater than the last.");

inline constexpr std::array kTicketMetricsFields{
    kMetricsOrg,
    kMetricsAsOf,
    kMetricsRev,
    req("byStatus", map(kCount)),
    req("byPriority", map(kCount)),
    req("open", kCount, "new, open, pending and on_hold."),
    req("unassigned", kCount),
    req("createdToday", kCount),
    req("resolvedToday", kCount),
    req("reopenedToday", kCount),
    req("backlog", kCount, "Open for more than 24 hours."),
    maybe("oldestOpenAt", kTime),
};
inline constexpr Object kTicketMetrics{"TicketMetrics", "Ticket counts.", kTicketMetricsFields};
inline constexpr Type kTicketMetricsType = ref(kTicketMetrics);

inline constexpr std::array kTeamQueueFields{req("teamId", nullable(kId)), req("waiting", kCount), req("avgWaitTime", kNumber, "Seconds."),
                                             req("longestWait", kNumber, "Seconds.")};
inline constexpr Object kTeamQueue{"TeamQueue", "One team's queue.", kTeamQueueFields};
inline constexpr Type kTeamQueueType = ref(kTeamQueue);

inline constexpr std::array kQueueMetricsFields{
    kMetricsOrg,
    kMetricsAsOf,
    kMetricsRev,
    req("waiting", kCount, "Conversations without an agent."),
    req("avgWaitTime", kNumber, "Seconds, of those who wait now."),
    req("longestWait", kNumber, "Seconds."),
    req("handled1h", kCount),
    req("avgWaitTime1h", nullable(kNumber), "Seconds; null when none was accepted."),
    req("abandoned1h", kCount),
    opt("byTeam", list(kTeamQueueType)),
};
inline constexpr Object kQueueMetrics{"QueueMetrics", "Queue status.", kQueueMetricsFields};
inline constexpr Type kQueueMetricsType = ref(kQueueMetrics);

inline constexpr std::array kAgentLoadFields{
    req("userId", kId),         req("name", kText),       req("status", one_of(kPresenceStatus)), req("activeChats", kCount),
    req("openTickets", kCount), req("capacity", kNumber), req("load", nullable(kNumber)),         maybe("lastSeen", kTime),
};
inline constexpr Object kAgentLoad{"AgentLoad", "One agent's work.", kAgentLoadFields};
inline constexpr Type kAgentLoadType = ref(kAgentLoad);

inline constexpr std::array kAgentMetricsFields{
    kMetricsOrg,
    kMetricsAsOf,
    kMetricsRev,
    req("online", kCount),
    req("busy", kCount),
    req("away", kCount),
    req("offline", kCount),
    req("agents", list(kAgentLoadType)),
};
inline constexpr Object kAgentMetrics{"AgentMetrics", "Agent workload.", kAgentMetricsFields};
inline constexpr Type kAgentMetricsType = ref(kAgentMetrics);

inline constexpr std::array kSlaCountsFields{
    req("met", kCount),    req("breached", kCount), req("running", kCount),
    req("paused", kCount), req("atRisk", kCount),   req("compliance", nullable(kNumber), "Per cent; null with nothing finished."),
};
inline constexpr Object kSlaCounts{"SlaCounts", "How one target is kept.", kSlaCountsFields};
inline constexpr Type kSlaCountsType = ref(kSlaCounts);

inline constexpr std::array kNextDueFields{req("ticketId", kId), req("target", one_of(kSlaTargetName)), req("dueAt", kTime)};
inline constexpr Object kNextDue{"NextDue", "A promise that falls due soon.", kNextDueFields};
inline constexpr Type kNextDueType = ref(kNextDue);

inline constexpr std::array kSlaMetricsFields{
    kMetricsOrg,
    kMetricsAsOf,
    kMetricsRev,
    req("windowHours", kCount),
    req("targets", map(kSlaCountsType), "By target: first_response, next_response, resolution."),
    req("compliance", nullable(kNumber), "Per cent; null with nothing finished."),
    req("nextDue", list(kNextDueType, 10)),
};
inline constexpr Object kSlaMetrics{"SlaMetrics", "SLA status.", kSlaMetricsFields};
inline constexpr Type kSlaMetricsType = ref(kSlaMetrics);

}  // namespace desk::schema
