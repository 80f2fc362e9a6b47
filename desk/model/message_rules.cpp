#include "desk/model/message_rules.hpp"

#include "desk/model/ids.hpp"
#include "desk/model/text.hpp"
#include "sio/base/json_writer.hpp"
#include "sio/base/utf8.hpp"

namespace desk {
namespace {

constexpr std::size_t kMaxUrl = 2'048;

Result<void> check(const Attachment& attachment) {
    if (!is_valid_id(attachment.id)) return invalid("attachments.id", "MALFORMED");
    // An address that is followed by whoever clicks it: only what a browser fetches, never `javascript:` and its kind.
    const bool fetched = attachment.url.starts_with("https://") || attachment.url.starts_with("http://") || attachment.url.starts_with("/");
    if (!fetched || attachment.url.size() > kMaxUrl) return invalid("attachments.url", "MALFORMED");
    if (attachment.size < 0) return invalid("attachments.size", "MALFORMED");
    if (attachment.name.size() > kMaxSubject || attachment.mime.size() > kMaxName) return invalid("attachments.name", "TOO_LONG");
    return {};
}

}  // namespace

Result<std::string> checked_content(std::string_view raw, MessageType type, Role author, const std::vector<Attachment>& attachments,
                                    const MessageLimits& limits) {
    if (type == MessageType::System && author != Role::Bot && author != Role::System) return invalid("type", "NOT_ALLOWED");
    if (attachments.size() > limits.attachments) {
        return fail(Error{ErrorCode::PayloadTooLarge, {}, {}}.with("field", "attachments").with("limit", std::int64_t{limits.attachments}));
    }
    for (const Attachment& attachment : attachments) {
        if (auto good = check(attachment); !good) return fail(std::move(good.error()));
    }
    return attachments.empty() ? required_text("content", raw, limits.characters) : bounded_text("content", raw, limits.characters);
}

bool is_client_message_id(std::string_view id) {
    return !id.empty() && id.size() <= 128 && id.find('\0') == std::string_view::npos && sio::utf8::valid(id);
}

std::string attachments_to_json(const std::vector<Attachment>& attachments) {
    return attachments.empty() ? "[]" : sio::json::text(attachments).str();
}

}  // namespace desk
