#include "desk/tickets/checks.hpp"

#include <algorithm>

#include "desk/model/text.hpp"

namespace desk::tickets {
namespace {

constexpr std::size_t kMaxTag = 100;

Error too_many(std::string_view field, std::size_t limit) {
    return Error{ErrorCode::PayloadTooLarge, {}, {}}.with("field", field).with("limit", static_cast<std::int64_t>(limit));
}

}  // namespace

Result<std::vector<std::string>> checked_tags(const std::vector<std::string>& raw) {
    if (raw.size() > kMaxTags) return fail(too_many("tags", kMaxTags));
    std::vector<std::string> out;
    for (const std::string& tag : raw) {
        auto text = required_text("tags", tag, kMaxTag);
        if (!text) return fail(std::move(text.error()));
        if (std::ranges::find(out, *text) == out.end()) out.push_back(std::move(*text));
    }
    return out;
}

Result<std::vector<std::string>> checked_participants(const store::Snapshot& snapshot, const std::vector<std::string>& raw) {
    if (raw.size() > kMaxParticipants) return fail(too_many("participantIds", kMaxParticipants));
    std::vector<std::string> out;
    for (const std::string& id : raw) {
        if (!snapshot.users().find_ref(id)) return invalid("participantIds", "UNKNOWN_USER");
        if (std::ranges::find(out, id) == out.end()) out.push_back(id);
    }
    return out;
}

Result<std::optional<UserRef>> checked_assignee(const store::Snapshot& snapshot, const std::optional<std::string>& id) {
    if (!id) return std::optional<UserRef>();
    auto found = snapshot.users().find(*id);
    if (!found || !found->active || !is_staff(found->ref.role)) return invalid("assigneeId", "UNKNOWN_USER");
    return std::optional(std::move(found->ref));
}

}  // namespace desk::tickets
