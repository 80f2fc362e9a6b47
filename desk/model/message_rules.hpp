#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "desk/model/enums.hpp"
#include "desk/model/error.hpp"
#include "desk/model/limits.hpp"
#include "desk/model/ticket.hpp"

/// What a message of a ticket or a conversation may hold.  Thread: any.
namespace desk {

/// The content as it is stored: repaired, within `limits`, not blank unless files come with it; `system` messages are
/// written by bots and the server only. Checks the attachments too. Errors: InvalidPayload, PayloadTooLarge.
Result<std::string> checked_content(std::string_view raw, MessageType type, Role author, const std::vector<Attachment>& attachments,
                                    const MessageLimits& limits);

/// 1 to 128 bytes of valid text.
bool is_client_message_id(std::string_view id);

std::string attachments_to_json(const std::vector<Attachment>& attachments);

}  // namespace desk
