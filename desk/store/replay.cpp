#include "desk/store/replay.hpp"

#include <algorithm>
#include <unordered_map>

namespace desk::store {
namespace {

constexpr std::int64_t kChunk = 500;

bool contains(const std::vector<std::string>& list, std::string_view item) { return std::ranges::find(list, item) != list.end(); }

/// Decides row by row; remembers what it has found out about each ticket and conversation.
class Reader {
public:
    Reader(const Snapshot& snapshot, const Actor& actor, const ReplayWanted& wanted)
        : snapshot_(snapshot), actor_(actor), wanted_(wanted), rules_(snapshot.orgs().rules()) {}

    std::optional<ReplayedEvent> read(EventRow& row) {
        if (row.nsp() != wanted_.nsp || (wanted_.subject && row.subject != *wanted_.subject)) return std::nullopt;
        if (!reaches(row)) return std::nullopt;
        if (!may_see(row)) return lost(row);
        if (actor_.view() == View::Staff) return event(row, row.payload);
        switch (row.customers) {
            case Customers::Nothing: return std::nullopt;
            case Customers::Same: return event(row, row.payload);
            case Customers::Own: return event(row, row.customer_payload);
        }
        return std::nullopt;
    }

private:
    static ReplayedEvent event(EventRow& row, std::string& payload) {
        return {row.seq,   std::move(row.event_id), std::move(row.name), std::move(row.subject), std::move(payload), row.occurred_at_us,
                row.unread};
    }

    /// Is it for a room this reader is in, had they been connected?
    bool reaches(const EventRow& row) const {
        if (row.subject_kind == SubjectKind::User) return row.subject == actor_.user;
        if (!wanted_.joined || wanted_.subject) return true;
        if (wanted_.joined->contains(row.subject)) return true;
        if (row.access && in_automatic_rooms(row.access->lists_before, actor_)) return true;
        return in_automatic_rooms(row.audience, actor_);
    }

    bool may_see(const EventRow& row) {
        switch (row.subject_kind) {
            case SubjectKind::Ticket:
                return remembered(row, [this](const std::string& id) {
                    const auto ticket = snapshot_.tickets().find(id);
                    return ticket && can_access(actor_, *ticket, rules_);
                });
            case SubjectKind::Conversation:
                return remembered(row, [this](const std::string& id) {
                    const auto conversation = snapshot_.conversations().find(id);
                    return conversation && can_access(actor_, *conversation, rules_);
                });
            case SubjectKind::User:
            case SubjectKind::Org: return true;
        }
        return false;
    }

    template <class Check>
    bool remembered(const EventRow& row, Check check) {
        const auto [at, fresh] = access_.try_emplace(row.subject, false);
        if (fresh) at->second = check(row.subject);
        return at->second;
    }

    /// The moment they lost the ticket, told once: a later loss of the same ticket says the same.
    std::optional<ReplayedEvent> lost(EventRow& row) {
        if (!row.access || !can_access(actor_, row.access->before) || can_access(actor_, row.access->after)) return std::nullopt;
        if (!lost_.insert(row.subject).second) return std::nullopt;
        return event(row, row.access->lost_payload);
    }

    const Snapshot& snapshot_;
    const Actor& actor_;
    const ReplayWanted& wanted_;
    const AccessRules rules_;
    std::unordered_map<std::string, bool> access_;
    std::unordered_set<std::string> lost_;
};

}  // namespace

bool in_automatic_rooms(const Audience& audience, const Actor& actor) {
    if (contains(audience.users, actor.user)) return true;
    if (!is_staff(actor.role)) return contains(audience.customer_users, actor.user);
    for (const std::string& room : audience.staff_rooms) {
        if (room == "staff" || (room == "admins" && actor.role == Role::Admin)) return true;
        for (const std::string& team : actor.teams) {
            if (room == "team:" + team + ":staff") return true;
        }
    }
    return false;
}

Replay replay(const Snapshot& snapshot, const Actor& actor, const ReplayWanted& wanted) {
    Reader reader(snapshot, actor, wanted);
    Replay out;
    out.up_to = wanted.after;
    std::int64_t looked_at = 0;
    while (out.up_to < wanted.up_to) {
        auto rows = snapshot.log().rows(out.up_to, wanted.up_to, kChunk);
        if (rows.empty()) break;
        for (EventRow& row : rows) {
            if (looked_at == wanted.max_rows) {
                out.more = true;
                return out;
            }
            const std::int64_t seq = row.seq;
            if (auto seen = reader.read(row)) {
                if (static_cast<std::int64_t>(out.events.size()) == wanted.limit) {
                    out.more = true;
                    return out;
                }
                out.events.push_back(std::move(*seen));
            }
            out.up_to = seq;
            ++looked_at;
        }
    }
    out.up_to = std::max(out.up_to, wanted.up_to);
    return out;
}

}  // namespace desk::store
