#include "desk/maintenance/commands.hpp"

#include <algorithm>

#include "desk/model/text.hpp"

namespace desk::maintenance {
namespace {

Result<void> check(Notice& notice, std::int64_t now_us) {
    auto message = required_text("message", notice.message, kMaxMessage);
    if (!message) return std::unexpected(std::move(message.error()));
    notice.message = std::move(*message);
    if (notice.ends_at_us && *notice.ends_at_us <= notice.starts_at_us) return invalid("endsAt", "NOT_AFTER_START");
    if (notice.ends_at_us && *notice.ends_at_us <= now_us) return invalid("endsAt", "IN_THE_PAST");
    return {};
}

/// One that the actor may change.
Result<Notice> find(store::Transaction& tx, const Actor& actor, Reach reach, const std::string& id) {
    if (reach == Reach::None) return fail(ErrorCode::Forbidden);
    auto notice = Notices(tx.session()).find(id);
    if (!notice || !notice->concerns(actor.org)) return fail(ErrorCode::RoomNotFound);
    if (!notice->org && reach != Reach::AllOrgs) return fail(ErrorCode::Forbidden);
    return std::move(*notice);
}

}  // namespace

Result<Notice> run(store::Transaction& tx, const Actor& actor, Reach reach, const Create& command) {
    if (reach == Reach::None || (command.all_orgs && reach != Reach::AllOrgs)) return fail(ErrorCode::Forbidden);
    Notice notice;
    if (!command.all_orgs) notice.org = actor.org;
    notice.message = command.message;
    notice.starts_at_us = command.starts_at_us;
    notice.ends_at_us = command.ends_at_us;
    if (auto fine = check(notice, tx.now_us()); !fine) return std::unexpected(std::move(fine.error()));
    Notices notices(tx.session());
    const auto current = notices.current(tx.now_us());
    const auto as_wide = std::ranges::count(current, notice.org, &Notice::org);
    if (static_cast<std::size_t>(as_wide) >= kMaxCurrent) {
        return fail(Error{ErrorCode::Conflict}.because("TOO_MANY_NOTICES").with("limit", kMaxCurrent));
    }
    notice.id = tx.next_id(IdKind::Maintenance);
    notices.save(notice);
    return notice;
}

Result<Notice> run(store::Transaction& tx, const Actor& actor, Reach reach, const Change& command) {
    auto notice = find(tx, actor, reach, command.id);
    if (!notice) return notice;
    if (notice->cancelled) return fail(Error{ErrorCode::Conflict}.because("CANCELLED"));
    if (command.message) notice->message = *command.message;
    if (command.starts_at_us) notice->starts_at_us = *command.starts_at_us;
    if (command.ends_at_us) notice->ends_at_us = *command.ends_at_us;
    if (auto fine = check(*notice, tx.now_us()); !fine) return std::unexpected(std::move(fine.error()));
    Notices(tx.session()).save(*notice);
    return notice;
}

Result<Notice> run(store::Transaction& tx, const Actor& actor, Reach reach, const Cancel& command) {
    auto notice = find(tx, actor, reach, command.id);
    if (!notice) return notice;
    notice->cancelled = true;
    Notices(tx.session()).save(*notice);
    return notice;
}

}  // namespace desk::maintenance
