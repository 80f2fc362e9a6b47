#include "desk/presence/commands.hpp"

#include "desk/presence/records.hpp"

namespace desk::presence {

Result<Chosen> run(store::Transaction& tx, const Actor& actor, const SetStatus& command) {
    if (!has_presence(actor.role)) return fail(ErrorCode::Forbidden);
    static_cast<void>(tx.note(actor));
    return Chosen{command.status, Records(tx.session(), tx.org()).set_manual(actor.user, {command.status, command.now_ms})};
}

Result<std::vector<Asked>> run(const store::Snapshot& snapshot, const Actor& actor, const FindPeople& command) {
    const Records records(snapshot.session(), snapshot.org());
    const bool staff = is_staff(actor.role);
    const auto theirs = staff ? std::unordered_set<std::string>() : records.agents_of(actor.user);
    std::vector<Asked> asked;
    for (const std::string& id : command.users) {
        if (!staff && !theirs.contains(id)) continue;
        const auto user = snapshot.users().find_ref(id);
        const bool known = user && has_presence(user->role);
        if (known || staff) asked.push_back({id, known, known ? records.last_seen_ms(id) : 0});
    }
    return asked;
}

}  // namespace desk::presence
